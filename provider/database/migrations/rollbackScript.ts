import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, type Patience, type PostgresTools, placeOf } from "../connection.ts";
import {
  type ContentDifference,
  compareContent,
  describeContent,
  readContentNow,
  type TableContent,
} from "../content.ts";
import { restoreInto } from "../restore.ts";
import {
  compareSchemas,
  describeDifference,
  historyTables,
  type SchemaDifference,
  type SchemaPicture,
  schemaPicture,
} from "../schema.ts";
import { withScratchDatabase } from "../scratch.ts";
import { type SessionSettings, withClient } from "../session.ts";
import { takeSnapshot } from "../snapshot.ts";
import { migrate, ourLock } from "./apply.ts";
import { historyTable, readHistory } from "./history.ts";
import { readInside } from "./plan.ts";
import { othersMigrate, prismaLock } from "./prisma.ts";
import { noticeOurDeath, runScript, StatementFailure, takeLock } from "./run.ts";
import { readScript } from "./script.ts";

export interface RollbackScriptOptions extends Patience, SessionSettings {
  readonly connection: DatabaseConnection;
  /** The script that takes the migrations back. */
  readonly file: string;
  /** Whose table records the migrations. */
  readonly tool: "prisma" | "sql";
  /** Names of the migrations it takes back; each must be recorded as applied. */
  readonly undoes: readonly string[];
  /** A query whose first value must be `expect` afterwards; without it the schema must have changed. */
  readonly verify?: { readonly sql: string; readonly expect: string };
  /** Milliseconds to wait for a migration under way; defaults to 60 s. */
  readonly waitMs?: number;
}

export interface RollbackScriptResult {
  readonly undone: readonly string[];
  readonly statements: number;
  readonly changed: SchemaDifference;
  readonly verifiedBy: string;
  readonly durationMs: number;
}

/**
 * Runs a rollback script and records what it took back, both in one transaction where the script allows it. Verified by the
 * migration table and by the schema (or the given query). Timeouts as for `migrate`.
 */
export async function runRollbackScript(options: RollbackScriptOptions): Promise<RollbackScriptResult> {
  const { connection, tool, undoes } = options;
  const file = resolve(options.file);
  const script = await readScript(await readInside(file, await realpath(dirname(file)).catch(() => dirname(file))));
  if (script.defect !== undefined) {
    throw refusal(
      `The rollback script cannot be run (line ${script.defect.line}): ${script.defect.message}.`,
      file,
      "Mend the script.",
    );
  }
  const settings = {
    ...options,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    timeoutMs: options.timeoutMs ?? 1_800_000,
  };
  const started = performance.now();
  return withClient(connection, settings, async (client) => {
    await noticeOurDeath(client);
    for (const key of [ourLock, prismaLock]) {
      const waitMs = options.waitMs ?? 60_000;
      const got = await takeLock(client, key, { ...options, waitMs }, wait);
      if (!got.taken) throw othersMigrate(connection, got.holder, waitMs);
    }
    const history = await readHistory(client, tool, connection);
    const lacking = undoes.filter((name) => !history.applied.some((entry) => entry.name === name));
    if (lacking.length > 0) {
      throw refusal(
        `The rollback script is for migrations that are not applied: ${lacking.join(", ")}.`,
        file,
        "Check which version the database is at.",
      );
    }
    const before = await schemaPicture(client);
    await run(client, script, file, before, options);
    const changed = compareSchemas(before, await schemaPicture(client));
    const after = await readHistory(client, tool, connection);
    const verifiedBy = await proof(client, after, changed, options);
    return {
      undone: [...undoes],
      statements: script.statements.length,
      changed,
      verifiedBy,
      durationMs: Math.round(performance.now() - started),
    };
  });
}

async function run(
  client: pg.ClientBase,
  script: Awaited<ReturnType<typeof readScript>>,
  file: string,
  before: SchemaPicture,
  { connection, tool, undoes, signal }: RollbackScriptOptions,
): Promise<void> {
  const table = historyTable(tool, connection);
  const unrecord =
    tool === "prisma"
      ? `update ${table} set rolled_back_at = clock_timestamp() where migration_name = any($1) and rolled_back_at is null`
      : `delete from ${table} where name = any($1)`;
  try {
    await runScript({
      client,
      connection,
      migration: { name: file, script },
      ...(signal === undefined ? {} : { signal }),
      note: () => Promise.resolve(),
      finish: async (session) => {
        await session.query(unrecord, [[...undoes]]);
      },
    });
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    const difference = await schemaPicture(client).then(
      (now) => describeDifference(compareSchemas(before, now)),
      () => "it could not be read",
    );
    throw new Problem({
      happened: `The rollback script failed at statement ${error.at.statement} of ${error.at.of} (line ${error.at.line}): ${error.answer.said}.`,
      where: `${file}:${error.at.line}; ${placeOf(connection)}`,
      untouched:
        error.mode === "transaction"
          ? `It was rolled back as a whole; the schema compared with before: ${difference}. The migrations stay recorded as applied.`
          : `Statements 1 to ${error.state.done} are done; the schema compared with before: ${difference}.`,
      next: "Mend the script and run it again, or restore the snapshot.",
      exitCode: signal?.aborted ? exitCodes.interrupted : exitCodes.failed,
      cause: error.cause,
    });
  }
}

async function proof(
  client: pg.ClientBase,
  after: Awaited<ReturnType<typeof readHistory>>,
  changed: SchemaDifference,
  { connection, undoes, verify }: RollbackScriptOptions,
): Promise<string> {
  const still = undoes.filter((name) => after.applied.some((entry) => entry.name === name));
  const count = changed.added.length + changed.removed.length;
  let seen: string | undefined;
  if (verify !== undefined) {
    const { rows } = await client.query<unknown[]>({ text: verify.sql, rowMode: "array" });
    seen = String(rows[0]?.[0]);
  }
  const right = verify === undefined ? count > 0 : seen === verify.expect;
  if (still.length === 0 && right) {
    const how =
      verify === undefined
        ? `${count} objects of the schema changed`
        : `${verify.sql} answered ${JSON.stringify(seen)}`;
    return `${undoes.length} of ${undoes.length} no longer applied; ${how}`;
  }
  throw new Problem({
    happened:
      still.length > 0
        ? `The rollback script ran, but these are still recorded as applied: ${still.join(", ")}.`
        : verify === undefined
          ? "The rollback script ran, but the schema is as it was: it took nothing back."
          : `The rollback script ran, but ${verify.sql} answers ${JSON.stringify(seen)} instead of ${JSON.stringify(verify.expect)}.`,
    where: placeOf(connection),
    next: "Look at the database before going on; the snapshot can be restored.",
    exitCode: exitCodes.notAsAsked,
  });
}

function refusal(happened: string, where: string, next: string): Problem {
  return new Problem({ happened, where, untouched: "Nothing was changed.", next, exitCode: exitCodes.refused });
}

/** What a rehearsed rollback showed. */
export interface RollbackRehearsal {
  /** True when the way back left schema and rows as before the migrations, and the way there worked again. */
  readonly ok: boolean;
  readonly applied: readonly string[];
  /** After the way back, against before. */
  readonly schema: SchemaDifference;
  readonly rows: readonly ContentDifference[];
  /** After going there again, against the first time. */
  readonly again: SchemaDifference;
  /** What is wrong, in sentences; empty when ok. */
  readonly findings: readonly string[];
}

/**
 * Plays up, down, up on a scratch copy of the database and compares schemas (order of columns aside) and rows. The database
 * itself is only read. Its pending migrations must be those that the script takes back.
 */
export async function rehearseRollbackScript(
  options: Patience & {
    readonly connection: DatabaseConnection;
    readonly tools: PostgresTools;
    readonly tool: "prisma" | "sql";
    readonly directory: string;
    readonly file: string;
  },
): Promise<RollbackRehearsal> {
  const { connection, tools } = options;
  const folder = await mkdtemp(join(tmpdir(), "greenlight-rehearsal-"));
  try {
    const snapshot = await takeSnapshot({
      ...options,
      connection,
      tools,
      file: join(folder, "copy.dump"),
      checksums: false,
    });
    return await withScratchDatabase(connection, options, async (scratch) => {
      await restoreInto(scratch, { ...options, snapshot });
      const here = { ...options, connection: scratch };
      const start = await state(here);
      const up = await migrate(here);
      const applied = up.applied.map(({ name }) => name);
      if (applied.length === 0)
        throw refusal(
          "There is no pending migration: a rollback has nothing to take back.",
          options.directory,
          "Rehearse it before the migrations are applied.",
        );
      const there = await state(here);
      const down = await finding(runRollbackScript({ ...here, undoes: applied }), "the rollback script fails");
      const back = await state(here);
      const second =
        down ?? (await finding(migrate(here), "after the way back the migrations cannot be applied again"));
      const again = second === undefined ? compareSchemas(there.schema, (await state(here)).schema) : nothing;
      const rows = compareContent(start.rows, back.rows);
      return judge(applied, compareSchemas(start.schema, back.schema), rows, again, second);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const nothing: SchemaDifference = { added: [], removed: [] };

/** What a step of the rehearsal is refused with, as a finding; an interruption stays one. */
async function finding(step: Promise<unknown>, what: string): Promise<string | undefined> {
  try {
    await step;
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.exitCode === exitCodes.interrupted) throw error;
    return `${what}: ${error.happened}`;
  }
}

async function state(
  options: Patience & { readonly connection: DatabaseConnection },
): Promise<{ schema: SchemaPicture; rows: TableContent[] }> {
  const { connection, signal } = options;
  return withClient(connection, options, async (client) => {
    const all = await readContentNow(client, { checksums: true, ...(signal === undefined ? {} : { signal }) });
    const rows = all.filter(({ name }) => !historyTables.some((table) => name.endsWith(`.${table}`)));
    return { schema: await schemaPicture(client), rows };
  });
}

function judge(
  applied: readonly string[],
  schema: SchemaDifference,
  rows: readonly ContentDifference[],
  again: SchemaDifference,
  failed: string | undefined,
): RollbackRehearsal {
  const count = (difference: SchemaDifference): number => difference.added.length + difference.removed.length;
  const findings = [
    ...(failed === undefined ? [] : [failed]),
    ...schema.added.map((line) => `left behind: ${line.slice(0, 200)}`),
    ...schema.removed.map((line) => `not put back: ${line.slice(0, 200)}`),
    ...rows.map((difference) => `rows differ: ${describeContent(difference)}`),
    ...(count(again) === 0 ? [] : [`the second way there ended elsewhere: ${describeDifference(again)}`]),
  ];
  return { ok: findings.length === 0, applied, schema, rows, again, findings };
}
