import type { Node } from "libpg-query";
import { countLines, parseScript } from "../../../release/sql/parseScript.ts";
import { refusesTransaction } from "../../../release/sql/refusesTransaction.ts";

/** One statement of a script. */
export interface Statement {
  readonly text: string;
  /** Line of its first character in the file, from 1. */
  readonly line: number;
  /** The parser's name for it: `CreateStmt`, `IndexStmt`, … */
  readonly kind: string;
  /** False for what PostgreSQL refuses inside a transaction: CREATE INDEX CONCURRENTLY, VACUUM, … */
  readonly transactional: boolean;
  /** Whether it may change rows: INSERT, UPDATE, DELETE, COPY, a function call, a DO block. */
  readonly changesData: boolean;
  /** The index that CREATE INDEX CONCURRENTLY makes; a failure leaves it behind, invalid. */
  readonly concurrentIndex?: string;
}

/** A script taken apart. */
export interface Script {
  readonly statements: readonly Statement[];
  /** `transaction`: all in one, which we open. `statements`: one by one, as something in it cannot be inside one. */
  readonly mode: "transaction" | "statements";
  /** Why it cannot be run at all, and on which line. */
  readonly defect?: { readonly message: string; readonly line: number };
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;
const child = (node: Tree, key: string): Tree => {
  const value = node[key];
  return isTree(value) ? value : {};
};

/** Takes a SQL script apart with PostgreSQL's own parser: quotes, dollar quotes and comments are understood. */
export async function readScript(script: string): Promise<Script> {
  const { statements, defect } = await parseScript(script);
  if (defect !== undefined) return { statements: [], mode: "transaction", defect };
  return frame(statements.map(({ text, line, node }) => statementOf(text, line, node)));
}

/** The 1-based line of a position within a statement. */
export function lineAt(statement: Statement, position: number | undefined): number {
  if (position === undefined || !Number.isFinite(position)) return statement.line;
  // PostgreSQL counts characters, not UTF-16 units.
  return statement.line + countLines([...statement.text].slice(0, Math.max(0, position - 1)).join(""));
}

/** A script in one BEGIN … COMMIT is run in our transaction; one with several of its own as it is written. */
function frame(all: Statement[]): Script {
  const control = all.map((statement) => boundary(statement));
  const inner = all.slice(1, -1);
  const wrapped =
    control[0] === "begin" && control.at(-1) === "commit" && !control.slice(1, -1).some((word) => word !== undefined);
  if (wrapped && inner.length === 0) {
    return { statements: [], mode: "transaction", defect: { message: "it holds no statement", line: 1 } };
  }
  const statements = wrapped ? inner : all;
  const alone =
    (!wrapped && control.some((word) => word !== undefined)) || statements.some((one) => !one.transactional);
  return { statements, mode: alone ? "statements" : "transaction" };
}

function boundary(statement: Statement): "begin" | "commit" | undefined {
  if (statement.kind !== "TransactionStmt") return undefined;
  if (/^(begin|start)\b/i.test(statement.text)) return "begin";
  return /^(savepoint|release|rollback\s+(work\s+|transaction\s+)?to)\b/i.test(statement.text) ? undefined : "commit";
}

function statementOf(text: string, line: number, node: Node | undefined): Statement {
  const tree: Tree = isTree(node) ? node : {};
  const kind = Object.keys(tree)[0] ?? "unknown";
  const body = child(tree, kind);
  const index =
    kind === "IndexStmt" && body.concurrent === true && typeof body.idxname === "string" ? body.idxname : undefined;
  return {
    text,
    line,
    kind,
    transactional: !refusesTransaction(kind, body, text),
    changesData: changesData(kind, body),
    ...(index === undefined ? {} : { concurrentIndex: index }),
  };
}

const rowChanging = new Set([
  "CallStmt",
  "CopyStmt",
  "DeleteStmt",
  "DoStmt",
  "ExecuteStmt",
  "InsertStmt",
  "MergeStmt",
  "TruncateStmt",
  "UpdateStmt",
]);

function changesData(kind: string, body: Tree): boolean {
  if (rowChanging.has(kind)) return true;
  // A SELECT may call a function that writes, or hold a writing WITH.
  return (
    kind === "SelectStmt" && /"FuncCall"|"InsertStmt"|"UpdateStmt"|"DeleteStmt"|"MergeStmt"/.test(JSON.stringify(body))
  );
}
