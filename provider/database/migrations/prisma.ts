import { setTimeout as wait } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { DriverAdapterError, type SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, type Patience, placeOf } from "../connection.ts";
import { cancelOnAbort, clientConfig, connect, type SessionSettings } from "../session.ts";
import { historyTable } from "./history.ts";
import type { MigrationPlan, PlannedMigration } from "./plan.ts";
import { databaseWords, type Mark, noticeOurDeath, renderMark, runScript, StatementFailure, takeLock } from "./run.ts";

/** The advisory lock that every Prisma `migrate` takes. */
export const prismaLock = 72_707_369;

/** A session with Prisma's lock, in which its schema engine runs. */
export interface PrismaSession {
  apply(plan: MigrationPlan, resume: ReadonlyMap<string, number>): Promise<void>;
  close(): Promise<void>;
}

export interface PrismaOptions extends Patience, SessionSettings {
  readonly connection: DatabaseConnection;
  /** Milliseconds to wait for another migration to end. */
  readonly waitMs: number;
  readonly onStatement?: (migration: string, statement: number, of: number) => void;
}

/**
 * Opens the one session on which all of Prisma's work happens and takes Prisma's lock in it, waiting for others. The engine
 * takes the same lock again in the same session, which it is given at once.
 */
export async function openPrismaSession(options: PrismaOptions): Promise<PrismaSession> {
  const { connection } = options;
  // One connection that is never let go while idle: the lock and the settings are the session's.
  const pool = new pg.Pool({ ...clientConfig(connection, options), max: 1, idleTimeoutMillis: 0 });
  pool.on("error", () => undefined);
  const close = async (): Promise<void> => pool.end().catch(() => undefined);
  try {
    // Waits out a server that is starting before the pool, which tries once, is asked.
    await (await connect(connection, { ...options, timeoutMs: 10_000 })).end();
    const client = await pool.connect();
    try {
      await noticeOurDeath(client);
      const got = await takeLock(client, prismaLock, options, wait);
      if (!got.taken) throw othersMigrate(connection, got.holder, options.waitMs);
    } finally {
      client.release();
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { apply: (plan, resume) => applyWithEngine(pool, plan, resume, options), close };
}

/** Another migration is under way and did not end in time. */
export function othersMigrate(connection: DatabaseConnection, holder: string, waitMs: number): Problem {
  return new Problem({
    happened: `Another migration is under way and did not end within ${Math.round(waitMs / 1000)} s: ${holder}.`,
    where: placeOf(connection),
    untouched: "Nothing was applied.",
    next: "Wait for it to end and run again; if it hangs, end that session with pg_terminate_backend.",
    exitCode: 6,
  });
}

/** The engine's list of migrations, from our plan. */
function listOf(
  plan: MigrationPlan,
): Parameters<import("./schemaEngine.ts").PrismaEngine["applyMigrations"]>[0]["migrationsList"] {
  return {
    baseDir: plan.directory,
    lockfile: { path: "./migration_lock.toml", content: plan.lockFile ?? 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: plan.migrations.map(({ name, text }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: text } },
    })),
  };
}

async function applyWithEngine(
  pool: pg.Pool,
  plan: MigrationPlan,
  resume: ReadonlyMap<string, number>,
  options: PrismaOptions,
): Promise<void> {
  const { openPrismaEngine } = await import("./schemaEngine.ts");
  const watched: { failure?: StatementFailure } = {};
  const engine = await openPrismaEngine(() => adapterFor(pool, plan, resume, options, watched));
  try {
    await engine.applyMigrations({ migrationsList: listOf(plan), filters: { externalTables: [], externalEnums: [] } });
  } catch (error) {
    throw watched.failure ?? engineProblem(error, options.connection);
  } finally {
    engine.free();
  }
}

/**
 * Prisma's own adapter, except that a migration's script is taken apart by PostgreSQL's parser (Prisma 7's splits at every
 * ";") and run in one transaction in which its row is finished, too.
 */
async function adapterFor(
  pool: pg.Pool,
  plan: MigrationPlan,
  resume: ReadonlyMap<string, number>,
  options: PrismaOptions,
  watched: { failure?: StatementFailure },
): Promise<SqlDriverAdapter> {
  const { connection } = options;
  const adapter = await new PrismaPg(
    pool,
    connection.schema === undefined ? {} : { schema: connection.schema },
  ).connect();
  let lastName: string | undefined;
  let mark: Mark | undefined;
  const original = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = (query) => {
    // The engine announces each migration by its row. Two may have the same text, so the name is what counts.
    if (/^\s*INSERT INTO .*"?_prisma_migrations"?/is.test(query.sql)) lastName = query.args.find(namedIn(plan));
    // A failure's log takes the place of our mark: keep both, without a moment in which it is missing.
    const [log, ...others] = query.args;
    if (mark !== undefined && /^\s*UPDATE .*"logs" = \$1/is.test(query.sql) && typeof log === "string") {
      return original({ ...query, args: [`${log}\n${renderMark(mark)}`, ...others] });
    }
    return original(query);
  };
  adapter.executeScript = async (text) => {
    const migration = plan.migrations.find(({ name }) => name === lastName);
    if (migration === undefined || migration.text !== text)
      throw new Error("the engine ran a script that is not in the plan");
    const client = await pool.connect();
    const stop = cancelOnAbort(client, connection, options.signal);
    try {
      await runScript({
        ...rowKeeping(migration, connection, (next) => {
          mark = next;
        }),
        client,
        connection,
        migration,
        resumeAfter: resume.get(migration.name) ?? 0,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        onStatement: (statement, of) => options.onStatement?.(migration.name, statement, of),
      });
    } catch (error) {
      if (!(error instanceof StatementFailure)) throw error;
      watched.failure = error;
      const { code = "N/A", said: message } = error.answer;
      throw new DriverAdapterError({
        kind: "postgres",
        code,
        severity: "ERROR",
        message,
        detail: undefined,
        column: undefined,
        hint: undefined,
      });
    } finally {
      stop();
      client.release();
    }
  };
  return adapter;
}

const namedIn =
  (plan: MigrationPlan) =>
  (value: unknown): value is string =>
    plan.migrations.some(({ name }) => name === value);

/** How a Prisma migration's row is marked while it runs and finished in the transaction of its script. */
function rowKeeping(migration: PlannedMigration, connection: DatabaseConnection, keep: (mark: Mark) => void) {
  const table = historyTable("prisma", connection);
  const open = "migration_name = $1 and finished_at is null and rolled_back_at is null";
  return {
    note: async (client: pg.ClientBase, mark: Mark): Promise<void> => {
      keep(mark);
      await client.query(`update ${table} set logs = $2 where ${open}`, [migration.name, renderMark(mark)]);
    },
    finish: async (client: pg.ClientBase): Promise<void> => {
      await client.query(`update ${table} set finished_at = clock_timestamp(), logs = null where ${open}`, [
        migration.name,
      ]);
    },
  };
}

/** The engine's own refusals: its sentence without the trace of its source. */
function engineProblem(error: unknown, connection: DatabaseConnection): Problem {
  const words = databaseWords(error, connection)
    .split("\n")
    .filter((line) => !/^\s+(\d+: |with |at )/.test(line))
    .join(" ")
    .trim();
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  const next =
    code === "P3005"
      ? "The database has tables but no migration history. Mark the migrations that made them as applied (`prisma migrate resolve --applied <name>`), then run again."
      : "Mend what the message says and run again.";
  return new Problem({
    happened: `Prisma's schema engine refused${typeof code === "string" ? ` (${code})` : ""}.`,
    where: placeOf(connection),
    next,
    cause: new Error(words),
  });
}
