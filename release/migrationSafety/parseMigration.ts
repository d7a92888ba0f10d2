import type { Node } from "libpg-query";
import { countLines, parseScript } from "../sql/parseScript.ts";
import { allowancesIn } from "./allowance.ts";
import { readBlock } from "./block.ts";
import type { Migration, MigrationSource, MigrationStatement, Runner } from "./statement.ts";
import { transactionsOf } from "./transactions.ts";
import { kindOf } from "./tree.ts";

/** Takes a migration apart, blocks included. Never throws for any text: what cannot be read is its `defect`. */
export async function parseMigration(source: MigrationSource, runner: Runner): Promise<Migration> {
  const { statements, defect } = await parseScript(source.text.replace(/^\uFEFF/, ""));
  if (defect !== undefined) return { name: source.name, statements: [], defect };
  const parts = statements.flatMap((it) => (it.node === undefined ? [] : [{ ...it, node: it.node }]));
  const transactions = transactionsOf(parts, runner);
  return {
    name: source.name,
    statements: parts.flatMap((it, index) => {
      const transaction = transactions[index];
      const common = { number: index + 1, transaction, allowed: allowancesIn(it.gap) };
      return withBlock({ ...common, line: it.line, text: it.text, ...described(it.node), inBlock: false });
    }),
  };
}

const described = (node: Node) => ({ node, kind: kindOf(node) });

/** A `DO` block followed by what it runs. */
function withBlock(statement: MigrationStatement): MigrationStatement[] {
  if (statement.kind !== "DoStmt") return [statement];
  const { body, statements, unreadable } = readBlock(statement.text, statement.node);
  const at = statement.text.indexOf(body);
  const first = statement.line + countLines(statement.text.slice(0, Math.max(0, at)));
  // A block that is applied alone is a transaction of its own.
  const { number, allowed, transaction = -number } = statement;
  const inner = statements.map(
    (it): MigrationStatement => ({
      number,
      allowed,
      transaction,
      line: first + it.line - 1,
      text: it.text,
      ...described(it.node),
      inBlock: true,
    }),
  );
  return [{ ...statement, ...(unreadable === undefined ? {} : { unreadable }) }, ...inner];
}
