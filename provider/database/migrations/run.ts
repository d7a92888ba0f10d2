import { createHash } from "node:crypto";
import type pg from "pg";
import { type DatabaseConnection, errorCode, isoText, mask, secretsOf } from "../connection.ts";
import { type SchemaPicture, schemaPicture } from "../schema.ts";
import type { PlannedMigration } from "./plan.ts";
import { lineAt, type Statement } from "./script.ts";

/** What is noted in the migration table while a migration runs, so that a killed run can be judged and resumed. */
export type Mark =
  /** All or nothing: the row is finished in the same transaction, so an unfinished row means nothing was applied. */
  | { readonly mode: "transaction" }
  | {
      readonly mode: "statements";
      /** Fingerprint of the schema before the first statement. */
      readonly before: string;
      /** Fingerprint after the last statement that is done. */
      readonly at: string;
      /** sha256 of each statement that is done. */
      readonly done: readonly string[];
      /** Whether the statement after them is known to have had no effect. */
      readonly settled: boolean;
    };

const markLine = /^greenlight: (\{.*\})$/m;

export function renderMark(mark: Mark): string {
  return `greenlight: ${JSON.stringify(mark)}`;
}

/** The mark within a note; none when another tool wrote the note. */
export function readMark(note: string | undefined): Mark | undefined {
  const found = markLine.exec(note ?? "")?.[1];
  if (found === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(found);
    return isMark(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMark(value: unknown): value is Mark {
  if (typeof value !== "object" || value === null || !("mode" in value)) return false;
  if (value.mode === "transaction") return true;
  return (
    value.mode === "statements" &&
    "before" in value &&
    "at" in value &&
    "settled" in value &&
    "done" in value &&
    Array.isArray(value.done)
  );
}

export const statementHash = (statement: Statement): string =>
  createHash("sha256").update(statement.text).digest("hex");

/** A migration's statement that failed. */
export class StatementFailure extends Error {
  override readonly name = "StatementFailure";
  constructor(
    readonly migration: string,
    /** The statement, from 1, how many there are, and the line in the file. */
    readonly at: { readonly statement: number; readonly of: number; readonly line: number },
    /** The database's own message, masked, with its detail and hint, and its SQLSTATE. */
    readonly answer: { readonly said: string; readonly code: string | undefined },
    readonly mode: "transaction" | "statements",
    readonly state: {
      /** Statements of a script without a transaction that stay done. */
      readonly done: number;
      /** Whether the failed statement itself is known to have had no effect. */
      readonly settled: boolean;
      /** The schema after the last statement that is done. */
      readonly before: SchemaPicture;
      /** Notes on what was cleaned up. */
      readonly cleaned: readonly string[];
    },
    options: ErrorOptions,
  ) {
    super(
      `The migration ${migration} failed at statement ${at.statement} of ${at.of} (line ${at.line}): ${answer.said}`,
      options,
    );
  }
}

export interface RunOptions {
  readonly client: pg.ClientBase;
  readonly connection: DatabaseConnection;
  readonly migration: Pick<PlannedMigration, "name" | "script">;
  /** Statements from an earlier run that are done and left out. Only where the script cannot be one transaction. */
  readonly resumeAfter?: number;
  readonly signal?: AbortSignal;
  readonly onStatement?: (statement: number, of: number) => void;
  /** Records the end, inside the transaction where there is one. */
  readonly finish: (client: pg.ClientBase) => Promise<void>;
  /** Keeps a mark; called before the first statement and, without a transaction, after each one. */
  readonly note: (client: pg.ClientBase, mark: Mark) => Promise<void>;
}

/** Runs one migration's statements: all in one transaction, or one by one where PostgreSQL does not allow that. */
export async function runScript(options: RunOptions): Promise<void> {
  if (options.migration.script.mode === "transaction") await inTransaction(options);
  else await oneByOne(options);
}

async function inTransaction({
  client,
  connection,
  migration,
  signal,
  onStatement,
  finish,
  note,
}: RunOptions): Promise<void> {
  const { statements } = migration.script;
  let current = 0;
  const before = await schemaPicture(client);
  await note(client, { mode: "transaction" });
  try {
    await client.query("begin");
    for (const [index, statement] of statements.entries()) {
      current = index;
      signal?.throwIfAborted();
      onStatement?.(index + 1, statements.length);
      await client.query(statement.text);
    }
    signal?.throwIfAborted();
    await finish(client);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw failure(error, connection, migration, current, { done: 0, settled: true, before, cleaned: [] });
  }
}

async function oneByOne(options: RunOptions): Promise<void> {
  const { client, connection, migration, signal, onStatement, finish, note, resumeAfter = 0 } = options;
  const { statements } = migration.script;
  const done = statements.slice(0, resumeAfter).map(statementHash);
  let last = await schemaPicture(client);
  const before = last.fingerprint;
  const mark = (settled: boolean): Mark => ({ mode: "statements", before, at: last.fingerprint, done, settled });
  let current = resumeAfter;
  let open = false;
  await note(client, mark(false));
  try {
    for (const [index, statement] of statements.entries()) {
      // Settings of the session are made again: the one that made them is gone.
      if (index < resumeAfter && statement.kind !== "VariableSetStmt") continue;
      current = Math.max(index, resumeAfter);
      signal?.throwIfAborted();
      onStatement?.(index + 1, statements.length);
      await client.query(statement.text);
      if (index < resumeAfter) continue;
      open = statement.kind === "TransactionStmt" ? opens(statement) : open;
      if (open) continue;
      // All up to here is committed: a transaction of the script's own counts as a whole.
      for (const finished of statements.slice(done.length, index + 1)) done.push(statementHash(finished));
      last = await schemaPicture(client);
      await note(client, mark(false));
    }
    await finish(client);
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    const statement = statements[current];
    const cleaned = await removeInvalidIndex(client, statement, last).catch(() => []);
    // The server's own refusal means that the statement had no effect, unless it ends transactions within itself.
    const answered = errorCode(error) !== undefined && !/^(08|57P)/.test(errorCode(error) ?? "");
    const settled =
      (answered || signal?.aborted === true) && statement?.kind !== "CallStmt" && statement?.kind !== "DoStmt";
    await note(client, mark(settled)).catch(() => undefined);
    throw failure(error, connection, migration, current, { done: done.length, settled, before: last, cleaned });
  }
}

const opens = (statement: Statement): boolean =>
  /^(begin|start|savepoint|release|rollback.*\bto\b)/i.test(statement.text);

/** The line of an index in a picture of the schema. */
export function lineOfIndex(name: string): RegExp {
  return new RegExp(`^index CREATE (UNIQUE )?INDEX "?${name.replace(/[^A-Za-z0-9_]/g, "\\W+")}"? ON `);
}

/** CREATE INDEX CONCURRENTLY that fails leaves an index that is never used but slows writes: it is removed. */
export async function removeInvalidIndex(
  client: pg.ClientBase,
  statement: Statement | undefined,
  before?: SchemaPicture,
): Promise<string[]> {
  const name = statement?.concurrentIndex;
  // One that was invalid before is not ours.
  const shown = lineOfIndex(name ?? "");
  const had = before?.objects.some((line) => shown.test(line) && line.endsWith(" INVALID"));
  if (name === undefined || had === true) return [];
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_index i join pg_class c on c.oid = i.indexrelid
     join pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and c.relname = $1`,
    [name],
  );
  for (const { name } of rows) await client.query(`drop index concurrently ${name}`);
  return rows.map(({ name }) => `the unfinished index ${name} was removed`);
}

/** Reads an error of the database: its message, detail and hint, masked. */
export function databaseWords(error: unknown, connection: DatabaseConnection): string {
  const text = error instanceof Error ? error.message : String(error);
  const field = (key: string): string | undefined => {
    const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const parts = [text, field("detail"), field("hint") === undefined ? undefined : `Hint: ${field("hint")}`];
  return mask(parts.filter((part) => part !== undefined).join(" · "), secretsOf(connection)).slice(0, 2_000);
}

function failure(
  error: unknown,
  connection: DatabaseConnection,
  migration: Pick<PlannedMigration, "name" | "script">,
  index: number,
  state: StatementFailure["state"],
): StatementFailure {
  const { statements, mode } = migration.script;
  const statement = statements[index];
  const position: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "position") : undefined;
  const line =
    statement === undefined ? 1 : lineAt(statement, typeof position === "string" ? Number(position) : undefined);
  const said = databaseWords(error, connection);
  const code = errorCode(error);
  const excerpt = mask(statement?.text ?? "", secretsOf(connection))
    .replace(/\s+/g, " ")
    .slice(0, 200);
  const cause = new Error(`${code === undefined ? "no answer" : `SQLSTATE ${code}`} in: ${excerpt}`);
  const where = { statement: index + 1, of: statements.length, line };
  return new StatementFailure(migration.name, where, { said, code }, mode, state, { cause });
}

/** Keeps others out, by an advisory lock of the session. Waits `waitMs`, then says who holds it. Returns whether it was got. */
export async function takeLock(
  client: pg.ClientBase,
  key: number,
  { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal },
  pause: (ms: number) => Promise<unknown>,
): Promise<{ readonly taken: true } | { readonly taken: false; readonly holder: string }> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    signal?.throwIfAborted();
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [key]);
    if (rows[0]?.taken === true) return { taken: true };
    if (Date.now() >= deadline) break;
    await pause(100);
  }
  const { rows } = await client.query<{ pid: number; name: string; since: string }>(
    `select a.pid, coalesce(nullif(a.application_name, ''), a.usename::text) as name, ${isoText("a.backend_start")} as since
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = $1`,
    [key],
  );
  const [holder] = rows;
  return {
    taken: false,
    holder: holder === undefined ? "another session" : `${holder.name} (session ${holder.pid}, since ${holder.since})`,
  };
}

/** Lets the server notice within a second that we are gone, so that a killed run holds no locks for long. */
export async function noticeOurDeath(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ number: string }>("select current_setting('server_version_num') as number");
  if (Number(rows[0]?.number) < 140_000) return;
  // Not every platform's server supports it; it is a courtesy, not a need.
  await client.query(`set client_connection_check_interval = '1s'`).catch(() => undefined);
}
