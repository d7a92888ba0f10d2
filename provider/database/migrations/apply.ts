import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { deadlineIn } from "../../../release/deadline.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, type Patience, type PostgresTools, placeOf } from "../connection.ts";
import { type SchemaPicture, schemaPicture } from "../schema.ts";
import { type SessionSettings, withClient } from "../session.ts";
import { type CommandMigration, runCommandMigration } from "./command.ts";
import { failedCli, failedMigration, unverified } from "./failure.ts";
import { findPrismaCli } from "./findPrismaCli.ts";
import { type MigrationHistory, readHistory } from "./history.ts";
import { type MigrationPlan, type PlannedMigration, readMigrationFolder, sameScript } from "./plan.ts";
import { openPrismaSession, othersMigrate, prismaLock } from "./prisma.ts";
import { runPrismaCli } from "./prismaCli.ts";
import { type Resolution, resolveUnfinished } from "./resolve.ts";
import { noticeOurDeath, StatementFailure, takeLock } from "./run.ts";
import { applySql } from "./sql.ts";

/** What was applied, and how that is known. */
export interface MigrationResult {
  readonly tool: "prisma" | "sql" | "command";
  /** Who applied: the user's Prisma command line, Prisma's schema engine in this process, our SQL runner, a command. */
  readonly by: "prisma-cli" | "schema-engine" | "sql" | "command" | "nobody";
  readonly applied: readonly { readonly name: string; readonly checksum: string; readonly durationMs: number }[];
  readonly alreadyApplied: readonly string[];
  /** Always empty in a result; kept so that a reader need not take our word. */
  readonly pending: readonly string[];
  /** In the table, but not in the folder: newer than this version. No hindrance. */
  readonly extra: readonly string[];
  /** For example `read _prisma_migrations: 3 of 3 finished`. */
  readonly verifiedBy: string;
  /** What else is worth knowing: a try that was resumed, a command line that did nothing. */
  readonly notes: readonly string[];
  /** The end of a command's output, masked. */
  readonly output?: string;
}

interface Common extends Patience, SessionSettings {
  readonly connection: DatabaseConnection;
  /** Not needed by any tool now; accepted so that callers pass the same everywhere. */
  readonly tools?: PostgresTools;
  /** Milliseconds to wait for another migration on the same database; defaults to 60 s. */
  readonly waitMs?: number;
  readonly onStatement?: (migration: string, statement: number, of: number) => void;
}

export interface FolderMigration extends Common {
  readonly tool: "prisma" | "sql";
  readonly directory: string;
  /** Prisma: where the user's `node_modules/.bin/prisma` is looked for; without it the schema engine runs in this process. */
  readonly projectDirectory?: string;
  /** Prisma: passed to the user's command line as --schema. */
  readonly schemaFile?: string;
}

export type MigrateOptions = FolderMigration | (Common & { readonly tool: "command" } & CommandMigration);

/** Our own lock, for every tool, so that two releases never migrate at once: "grnl". */
export const ourLock = 0x67_72_6e_6c;

/**
 * Applies what is pending and proves it by reading the migration table afterwards. Two at once wait for one another.
 * A failure is a {@link Problem} that says what was rolled back and how to go on; running again goes on from there.
 * `lockTimeoutMs` defaults to 5 s, `statementTimeoutMs` to none, `timeoutMs` to 30 min.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationResult> {
  const settings = {
    ...options,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    timeoutMs: options.timeoutMs ?? 1_800_000,
  };
  const deadline = deadlineIn(settings.timeoutMs, "The migration", options.signal);
  return migrateBefore(deadline.signal, settings).finally(deadline.end);
}

async function migrateBefore(
  signal: AbortSignal,
  options: MigrateOptions & { readonly lockTimeoutMs: number; readonly timeoutMs: number },
): Promise<MigrationResult> {
  const patient = { ...options, signal, waitMs: options.waitMs ?? 60_000 };
  const plan = patient.tool === "command" ? undefined : await readMigrationFolder(patient.tool, patient.directory);
  return withClient(options.connection, patient, async (client) => {
    await noticeOurDeath(client);
    const got = await takeLock(client, ourLock, patient, wait);
    if (!got.taken) throw othersMigrate(options.connection, got.holder, patient.waitMs);
    if (patient.tool === "command") return runCommandMigration(client, patient);
    if (plan === undefined || plan.migrations.length === 0) throw noMigrations(patient.directory);
    return patient.tool === "prisma" ? migratePrisma(client, plan, patient) : migrateSql(client, plan, patient);
  });
}

type Patient<Options> = Options & { readonly waitMs: number; readonly signal: AbortSignal };

/** What is to be done, decided with the locks held. */
interface Work {
  readonly before: MigrationHistory;
  readonly pending: readonly PlannedMigration[];
  readonly resolution: Resolution;
  readonly picture: SchemaPicture;
}

async function decide(client: pg.ClientBase, plan: MigrationPlan, connection: DatabaseConnection): Promise<Work> {
  const before = await readHistory(client, plan.layout, connection);
  refuseEdited(plan, before);
  const done = new Set(before.applied.map(({ name }) => name));
  const pending = plan.migrations.filter(({ name }) => !done.has(name));
  refuseDefects(pending);
  const resolution = await resolveUnfinished(client, connection, plan, before);
  return { before, pending, resolution, picture: await schemaPicture(client) };
}

async function migrateSql(
  client: pg.ClientBase,
  plan: MigrationPlan,
  options: Patient<FolderMigration>,
): Promise<MigrationResult> {
  const work = await decide(client, plan, options.connection);
  try {
    if (work.pending.length > 0) await applySql(work.pending, { ...options, client, resume: work.resolution.resume });
  } catch (error) {
    if (error instanceof StatementFailure) throw await failedMigration(client, error, plan, options);
    throw error;
  }
  return verified(client, plan, work, work.pending.length === 0 ? "nobody" : "sql", options, []);
}

async function migratePrisma(
  client: pg.ClientBase,
  plan: MigrationPlan,
  options: Patient<FolderMigration>,
): Promise<MigrationResult> {
  const cli = await findPrismaCli(options.projectDirectory);
  const notes: string[] = [];
  if (cli !== undefined && options.projectDirectory !== undefined) {
    // Waits for a `prisma migrate` of someone else; the command line takes the lock itself.
    const got = await takeLock(client, prismaLock, options, wait);
    if (!got.taken) throw othersMigrate(options.connection, got.holder, options.waitMs);
    const work = await decide(client, plan, options.connection);
    await client.query("select pg_advisory_unlock($1)", [prismaLock]);
    if (work.pending.length === 0) return verified(client, plan, work, "nobody", options, notes);
    // What stands half done can only be gone on with by us: the command line would begin it anew.
    if (work.resolution.resume.size === 0) {
      const run = await runPrismaCli(cli, { ...options, projectDirectory: options.projectDirectory });
      options.signal.throwIfAborted();
      const after = await readHistory(client, plan.layout, options.connection);
      if (after.failed.length > 0) throw await failedCli(client, after, run, work.picture, plan, options);
      if (missing(plan, after).length === 0) return verified(client, plan, work, "prisma-cli", options, notes);
      notes.push(
        `the project's prisma command line ended with ${run.exitCode ?? "a signal"} without applying; Prisma's schema engine was used`,
      );
    }
  }
  const session = await openPrismaSession(options);
  try {
    const work = await decide(client, plan, options.connection);
    if (work.pending.length === 0) return verified(client, plan, work, "nobody", options, notes);
    try {
      await session.apply(plan, work.resolution.resume);
    } catch (error) {
      if (error instanceof StatementFailure) throw await failedMigration(client, error, plan, options);
      throw error;
    }
    return await verified(client, plan, work, "schema-engine", options, notes);
  } finally {
    await session.close();
  }
}

/** Migrations of the plan that the table does not say are finished with this very script. */
function missing(plan: MigrationPlan, history: MigrationHistory): string[] {
  const sums = new Map(history.applied.map(({ name, checksum }) => [name, checksum]));
  return plan.migrations
    .filter((migration) => !sameScript(migration, sums.get(migration.name) ?? ""))
    .map(({ name }) => name);
}

async function verified(
  client: pg.ClientBase,
  plan: MigrationPlan,
  work: Work,
  by: MigrationResult["by"],
  options: FolderMigration,
  notes: readonly string[],
): Promise<MigrationResult> {
  const after = await readHistory(client, plan.layout, options.connection);
  const lacking = missing(plan, after);
  const table = plan.layout === "prisma" ? "_prisma_migrations" : "greenlight_migrations";
  if (lacking.length > 0 || after.failed.length > 0) throw unverified(lacking, after, table, options.connection);
  const had = new Set(work.before.applied.map(({ name }) => name));
  const planned = new Set(plan.migrations.map(({ name }) => name));
  const count = plan.migrations.length;
  return {
    tool: plan.layout,
    by,
    applied: after.applied
      .filter(({ name }) => planned.has(name) && !had.has(name))
      .map(({ name, checksum, durationMs }) => ({ name, checksum, durationMs: durationMs ?? 0 })),
    alreadyApplied: plan.migrations.map(({ name }) => name).filter((name) => had.has(name)),
    pending: [],
    extra: after.applied.map(({ name }) => name).filter((name) => !planned.has(name)),
    verifiedBy: `read ${table}: ${count} of ${count} finished`,
    notes: [...notes, ...work.resolution.notes],
  };
}

function refuseEdited(plan: MigrationPlan, history: MigrationHistory): void {
  const planned = new Map(plan.migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of history.applied) {
    const migration = planned.get(name);
    if (migration === undefined || sameScript(migration, checksum)) continue;
    throw new Problem({
      happened: `The migration ${name} was edited after it had been applied.`,
      where: migration.file,
      untouched: "Nothing was applied.",
      next: "Put the file back as it was when it was applied (git has it), and write the change as a new migration.",
      exitCode: exitCodes.refused,
    });
  }
}

function refuseDefects(pending: readonly PlannedMigration[]): void {
  for (const { name, file, script } of pending) {
    if (script.defect === undefined) continue;
    throw new Problem({
      happened: `The migration ${name} cannot be run (line ${script.defect.line}): ${script.defect.message}.`,
      where: `${file}:${script.defect.line}`,
      untouched: "Nothing was applied: all scripts are read before the first one runs.",
      next: "Mend the script and run again.",
      exitCode: exitCodes.usage,
    });
  }
}

function noMigrations(directory: string): Problem {
  return new Problem({
    happened: "The folder of migrations holds no migration.",
    where: directory,
    untouched: "Nothing was applied.",
    next: "Check the folder and the tool (prisma: <name>/migration.sql; sql: *.sql); leave the setting out if there are none.",
    exitCode: exitCodes.usage,
  });
}

/** Names the plan's migrations that a database lacks, without applying any: for previews. Default timeout 10 s. */
export async function pendingMigrations(
  options: Patience & {
    readonly connection: DatabaseConnection;
    readonly tool: "prisma" | "sql";
    readonly directory: string;
  },
): Promise<{
  readonly pending: string[];
  readonly applied: string[];
  readonly extra: string[];
  readonly place: string;
}> {
  const plan = await readMigrationFolder(options.tool, options.directory);
  const patience = { ...options, timeoutMs: options.timeoutMs ?? 10_000 };
  return withClient(options.connection, patience, async (client) => {
    const history = await readHistory(client, plan.layout, options.connection);
    refuseEdited(plan, history);
    const planned = new Set(plan.migrations.map(({ name }) => name));
    const names = history.applied.map(({ name }) => name);
    return {
      pending: missing(plan, history),
      applied: names.filter((name) => planned.has(name)),
      extra: names.filter((name) => !planned.has(name)),
      place: placeOf(options.connection),
    };
  });
}
