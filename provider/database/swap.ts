import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { Problem } from "../../release/problem.ts";
import { type DatabaseConnection, maskedCause, type Patience, placeOf, quoted, secretsOf } from "./connection.ts";
import { describeContent } from "./content.ts";
import { copyDatabaseSettings } from "./databaseSettings.ts";
import {
  compareWithSnapshot,
  type DrillOptions,
  type DrillResult,
  type LossReport,
  lossSinceSnapshot,
  restoreInto,
} from "./restore.ts";
import { connectBeside, createLike, newScratchName } from "./scratch.ts";
import { interrupted, sessionOf } from "./session.ts";
import { verifySnapshot } from "./snapshot.ts";

export interface RestoreResult {
  readonly database: string;
  /** The database as it was before, kept under this name; absent when there was none. */
  readonly kept?: string;
  /** What was lost; absent when the database before could not be read. */
  readonly loss?: LossReport;
  /** The restored database compared with what was recorded, before it took the name. */
  readonly verified: Pick<DrillResult, "tables" | "rows" | "compared" | "schemaEqual">;
  /** Sessions that were ended to swap. */
  readonly terminated: number;
  readonly durationMs: { readonly restore: number; readonly swap: number };
}

/**
 * Puts a snapshot in the place of the database: restores into a new one, verifies that, then swaps the names in a single
 * transaction. Whatever fails, the database before keeps its name; afterwards it is kept beside under the name in the
 * result. Show {@link lossSinceSnapshot} first. Default timeout 30 min.
 */
export async function restoreSnapshot(
  options: DrillOptions & { readonly onProgress?: (sentence: string) => void },
): Promise<RestoreResult> {
  const { snapshot, connection } = options;
  await verifySnapshot(snapshot.file, snapshot.sha256, options.signal);
  const beside = await connectBeside(connection, { ...options, timeoutMs: 10_000 });
  const building = newScratchName();
  try {
    const exists = await oidOf(beside, connection.database);
    const loss = exists === undefined ? undefined : await lossIfReadable(options);
    const started = performance.now();
    await createLike(beside, building, connection);
    options.onProgress?.(`restoring ${snapshot.file} into ${building}`);
    await restoreInto({ ...connection, database: building }, options);
    const verified = await verifyRestored({ ...connection, database: building }, options);
    if (exists !== undefined) await copyDatabaseSettings(beside, connection.database, building);
    const restored = performance.now();
    options.onProgress?.("swapping the restored database in");
    const target = await oidOf(beside, building);
    const swapped = await swap(beside, building, exists !== undefined, options);
    if ((await oidOf(beside, connection.database)) !== target)
      throw new Error("the name does not lead to the restored database");
    return {
      database: connection.database,
      ...swapped,
      ...(loss === undefined ? {} : { loss }),
      verified,
      durationMs: { restore: Math.round(restored - started), swap: Math.round(performance.now() - restored) },
    };
  } catch (error) {
    throw error instanceof Problem ? error : notRestored(options, error);
  } finally {
    // After the swap nothing has this name any more; after a failure it must not stay.
    await beside.query(`drop database if exists ${quoted(building)} with (force)`).catch(() => undefined);
    await beside.end().catch(() => undefined);
  }
}

/** A database too broken to be read must not stand in the way of its own restoration. */
async function lossIfReadable(options: DrillOptions): Promise<LossReport | undefined> {
  try {
    return await lossSinceSnapshot(options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return undefined;
  }
}

async function oidOf(client: pg.ClientBase, database: string): Promise<string | undefined> {
  const { rows } = await client.query<{ oid: string }>("select oid::text as oid from pg_database where datname = $1", [
    database,
  ]);
  return rows[0]?.oid;
}

async function verifyRestored(target: DatabaseConnection, options: DrillOptions): Promise<RestoreResult["verified"]> {
  const { ok, differences, ...verified } = await compareWithSnapshot(target, options);
  if (ok) return verified;
  throw new Problem({
    happened: `The restored database is not what the snapshot recorded: ${differences.slice(0, 5).map(describeContent).join("; ")}.`,
    where: options.snapshot.file,
    untouched: `${placeOf(options.connection)} was not touched.`,
    next: "Restore from another snapshot.",
  });
}

/** Both renames in one transaction; others' sessions are ended while the first one waits for them to be gone. */
async function swap(
  beside: pg.Client,
  building: string,
  exists: boolean,
  options: DrillOptions,
): Promise<{ kept?: string; terminated: number }> {
  const { connection, signal } = options;
  if (signal?.aborted)
    throw interrupted("restoring the database", connection, `${placeOf(connection)} was not touched.`);
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "_").slice(0, 15);
  const suffix = `_before_restore_${stamp}`;
  const kept =
    Buffer.from(connection.database)
      .subarray(0, 63 - suffix.length)
      .toString()
      .replace(/\uFFFD+$/, "") + suffix;
  const live = quoted(connection.database);
  const ending = new AbortController();
  // The rename takes its lock first, so newcomers wait outside; it then gives those inside 5 s to leave.
  const terminating = exists ? endSessions(connection, sessionOf(beside), ending.signal) : Promise.resolve(0);
  try {
    await beside.query("begin");
    await beside.query("set local lock_timeout = '15s'");
    if (exists) await beside.query(`alter database ${live} rename to ${quoted(kept)}`);
    await beside.query(`alter database ${quoted(building)} rename to ${live}`);
    await beside.query("commit");
  } catch (error) {
    await beside.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    ending.abort();
    await terminating.catch(() => undefined);
  }
  return exists ? { kept, terminated: await terminating } : { terminated: 0 };
}

async function endSessions(connection: DatabaseConnection, except: number, signal: AbortSignal): Promise<number> {
  const client = await connectBeside(connection);
  const ended = new Set<number>();
  try {
    while (!signal.aborted) {
      // Chosen first, ended then: in one WHERE the planner may end sessions of other databases before it filters them out.
      const { rows } = await client.query<{ pid: number }>(
        `with inside as materialized (select pid from pg_stat_activity where datname = $1 and pid not in ($2, pg_backend_pid()))
         select pid, pg_terminate_backend(pid) from inside`,
        [connection.database, except],
      );
      for (const { pid } of rows) ended.add(pid);
      await wait(50, undefined, { signal }).catch(() => undefined);
    }
    return ended.size;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function notRestored(options: DrillOptions & Patience, error: unknown): Problem {
  const cause = maskedCause(error, secretsOf(options.connection));
  return new Problem({
    happened: "The snapshot was not put in place.",
    where: placeOf(options.connection),
    untouched: "The database keeps its name and its content; the swap happens as a whole or not at all.",
    next: "Mend what the message says and run the same command again.",
    cause,
  });
}
