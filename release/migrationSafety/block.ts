import { type Node, parsePlPgSQLSync, parseSync } from "libpg-query";
import { bodyOf, constantText, kindOf, textOf } from "./tree.ts";

/** A statement that a block runs. */
export interface BlockStatement {
  readonly node: Node;
  readonly text: string;
  /** Line within the block's body, from 1. */
  readonly line: number;
}

/** What a `DO` block runs, as far as it can be read. */
export interface BlockContent {
  readonly body: string;
  readonly statements: readonly BlockStatement[];
  /** Why it cannot be read, or not wholly. */
  readonly unreadable?: string;
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;
const queryIn = (value: unknown): string | undefined => {
  const expression = isTree(value) && isTree(value.PLpgSQL_expr) ? value.PLpgSQL_expr.query : undefined;
  return typeof expression === "string" ? expression : undefined;
};

/**
 * Reads a `DO` block, whose parser must be loaded. Statements that stand in it as they are run are found; text that is put together
 * and executed is not, and is told.
 */
export function readBlock(text: string, node: Node): BlockContent {
  const options = bodyOf(node, "DoStmt")?.args ?? [];
  const option = (name: string): string | undefined => {
    const found = options.map((it) => bodyOf(it, "DefElem")).find((it) => it?.defname === name);
    return textOf(found?.arg);
  };
  const language = option("language") ?? "plpgsql";
  const body = option("as") ?? "";
  if (language !== "plpgsql") return { body, statements: [], unreadable: `the block is written in ${language}` };
  try {
    return { body, ...statementsOf(parsePlPgSQLSync(text)) };
  } catch (error) {
    const said = error instanceof RangeError ? "it is nested too deeply" : String((error as Error).message);
    return { body, statements: [], unreadable: `the block cannot be read: ${said.slice(0, 200)}` };
  }
}

function statementsOf(parsed: unknown): Omit<BlockContent, "body"> {
  const statements: BlockStatement[] = [];
  const doubts: string[] = [];
  const take = (query: string, line: number): void => {
    try {
      for (const { stmt } of parseSync(query).stmts ?? []) {
        if (stmt !== undefined) statements.push({ node: stmt, text: query.trim(), line });
      }
    } catch {
      doubts.push(`a statement on its line ${line} cannot be read`);
    }
  };
  const open: unknown[] = [parsed];
  while (open.length > 0) {
    const value = open.pop();
    if (!isTree(value)) continue;
    for (const [kind, inner] of Object.entries(value).reverse()) {
      open.push(inner);
      if (!isTree(inner)) continue;
      const line = typeof inner.lineno === "number" ? inner.lineno : 1;
      if (kind === "PLpgSQL_stmt_execsql") {
        const query = queryIn(inner.sqlstmt);
        if (query !== undefined) take(query, line);
      } else if (kind === "PLpgSQL_stmt_perform" || kind === "PLpgSQL_stmt_call") {
        const query = queryIn(inner.expr);
        if (query !== undefined) take(query, line);
      } else if (kind === "PLpgSQL_stmt_dynexecute" || kind === "PLpgSQL_stmt_dynfors") {
        const fixed = fixedText(queryIn(inner.query));
        if (fixed === undefined) doubts.push(`EXECUTE on its line ${line} runs a text that is only known when it runs`);
        else take(fixed, line);
      } else if (kind === "PLpgSQL_stmt_fors" || kind === "PLpgSQL_stmt_return_query" || kind === "PLpgSQL_stmt_open") {
        const query = queryIn(inner.query);
        if (query !== undefined) take(query, line);
      }
    }
  }
  return doubts.length === 0 ? { statements } : { statements, unreadable: doubts.slice(0, 3).join("; ") };
}

/** The text that an expression always gives; undefined when it is put together. */
function fixedText(expression: string | undefined): string | undefined {
  if (expression === undefined) return undefined;
  try {
    const [only, ...others] = parseSync(`SELECT ${expression}`).stmts ?? [];
    const targets = bodyOf(only?.stmt, "SelectStmt")?.targetList ?? [];
    const value = bodyOf(targets[0], "ResTarget")?.val;
    if (others.length > 0 || targets.length !== 1 || kindOf(value) !== "A_Const") return undefined;
    return constantText(value);
  } catch {
    return undefined;
  }
}
