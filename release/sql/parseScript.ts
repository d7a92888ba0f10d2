import { loadModule, type Node, type ParseResult, parseSync, SqlError } from "libpg-query";

/** One statement as PostgreSQL's own parser finds it. */
export interface ParsedStatement {
  readonly text: string;
  /** Line of its first character in the script, from 1. */
  readonly line: number;
  readonly node: Node | undefined;
  /** What stands between it and the statement before: semicolons, white space and comments. */
  readonly gap: string;
}

/** A script taken apart, or why it cannot be, and on which line. */
export interface ParsedScript {
  readonly statements: readonly ParsedStatement[];
  readonly defect?: { readonly message: string; readonly line: number };
}

/** Takes a SQL script apart with PostgreSQL's own parser: quotes, dollar quotes and comments are understood. Never throws. */
export async function parseScript(script: string): Promise<ParsedScript> {
  await loadModule();
  if (script.trim() === "") return { statements: [], defect: { message: "it is empty", line: 1 } };
  // The parser would read up to it and no further.
  const nul = script.indexOf("\0");
  if (nul !== -1) {
    return {
      statements: [],
      defect: { message: "it holds a NUL character", line: countLines(script.slice(0, nul)) + 1 },
    };
  }
  let parsed: ParseResult;
  try {
    parsed = parseSync(script);
  } catch (error) {
    return { statements: [], defect: defectOf(error, script) };
  }
  const bytes = Buffer.from(script, "utf8");
  // Lines are counted onwards from the statement before: counting each from the start takes too long in a long script.
  let line = 1;
  let end = 0;
  const statements = (parsed.stmts ?? []).map((raw) => {
    const start = raw.stmt_location ?? 0;
    const gap = bytes.subarray(end, start).toString("utf8");
    const before = end;
    end = raw.stmt_len === undefined || raw.stmt_len === 0 ? bytes.length : start + raw.stmt_len;
    const text = bytes.subarray(start, end).toString("utf8");
    const lead = text.length - text.trimStart().length;
    if (start >= before) line += countLines(gap);
    const statement = { text: text.trim(), line: line + countLines(text.slice(0, lead)), node: raw.stmt, gap };
    line += countLines(text);
    return statement;
  });
  if (statements.length === 0) return { statements: [], defect: { message: "it holds no statement", line: 1 } };
  return { statements };
}

/** How many line ends a text holds. */
export const countLines = (text: string): number => text.split("\n").length - 1;

function defectOf(error: unknown, script: string): { message: string; line: number } {
  if (error instanceof RangeError) return { message: "it is nested too deeply to be read", line: 1 };
  if (!(error instanceof SqlError)) return { message: error instanceof Error ? error.message : String(error), line: 1 };
  const position = error.sqlDetails?.cursorPosition ?? 0;
  return { message: error.message, line: countLines([...script].slice(0, Math.max(0, position)).join("")) + 1 };
}
