import { Problem } from "../../release/problem.ts";
import { type DatabaseConnection, type Patience, type PostgresTools, placeOf } from "./connection.ts";
import {
  type ContentDifference,
  compareContent,
  describeContent,
  readContentNow,
  type TableContent,
} from "./content.ts";
import { runProgram } from "./program.ts";
import { schemaPicture } from "./schema.ts";
import { withScratchDatabase } from "./scratch.ts";
import { withClient } from "./session.ts";
import { type Snapshot, verifySnapshot } from "./snapshot.ts";

/** What restoring a snapshot into a scratch database showed. */
export interface DrillResult {
  /** True only when every table came back with the recorded rows and checksums. */
  readonly ok: boolean;
  readonly at: string;
  readonly tables: number;
  readonly rows: number;
  /** Whether contents were compared by checksum or only counted. */
  readonly compared: "checksums" | "counts";
  readonly differences: readonly ContentDifference[];
  /** Whether the restored schema has the recorded fingerprint. */
  readonly schemaEqual: boolean;
  readonly durationMs: { readonly verify: number; readonly restore: number; readonly compare: number };
}

export interface DrillOptions extends Patience {
  readonly snapshot: Snapshot;
  /** The server on which the scratch database is made. */
  readonly connection: DatabaseConnection;
  readonly tools: PostgresTools;
  /** Parallel jobs of pg_restore; defaults to 2. */
  readonly jobs?: number;
}

/** Restores the snapshot into a scratch database, compares it with what was recorded, and drops it. Default timeout 30 min. */
export async function restoreDrill(options: DrillOptions): Promise<DrillResult> {
  const { snapshot, connection, signal } = options;
  const started = performance.now();
  await verifySnapshot(snapshot.file, snapshot.sha256, signal);
  const verified = performance.now();
  return withScratchDatabase(connection, options, async (scratch) => {
    await restoreInto(scratch, options);
    const restored = performance.now();
    const seen = await compareWithSnapshot(scratch, options);
    const compared = performance.now();
    return {
      ...seen,
      at: new Date().toISOString(),
      durationMs: {
        verify: Math.round(verified - started),
        restore: Math.round(restored - verified),
        compare: Math.round(compared - restored),
      },
    };
  });
}

/** Restores the dump, owners and privileges included, into an empty database. */
export async function restoreInto(
  target: DatabaseConnection,
  options: Omit<DrillOptions, "connection">,
): Promise<void> {
  // A database's name in argv would be read as a connection string if it held a "=": hence the full form.
  const name = `dbname='${target.database.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const args = [
    "--exit-on-error",
    "--no-password",
    `--jobs=${options.jobs ?? 2}`,
    "--dbname",
    name,
    options.snapshot.file,
  ];
  const patience = { ...options, timeoutMs: options.timeoutMs ?? 1_800_000 };
  const run = await runProgram("pg_restore", args, { ...patience, connection: target });
  if (run.ok) return;
  throw new Problem({
    happened: `The snapshot could not be restored: ${run.complaint}.`,
    where: `${options.snapshot.file} into ${placeOf(target)}`,
    untouched: "It went into a database of its own, which is dropped again; no other database was touched.",
    next: "Do not count on this snapshot. Mend what the message says (a missing role, an extension, room on the disk) or take another one.",
  });
}

/** Compares a database with what a snapshot recorded. */
export async function compareWithSnapshot(
  target: DatabaseConnection,
  options: Patience & { readonly snapshot: Snapshot },
): Promise<Pick<DrillResult, "ok" | "tables" | "rows" | "compared" | "differences" | "schemaEqual">> {
  const { snapshot, signal } = options;
  const checksums = snapshot.tables.every((table) => table.checksum !== undefined);
  const patience = { ...options, timeoutMs: options.timeoutMs ?? 1_800_000 };
  return withClient(target, patience, async (client) => {
    const seen: TableContent[] = await readContentNow(client, {
      checksums,
      ...(signal === undefined ? {} : { signal }),
    });
    const differences = compareContent(snapshot.tables, seen);
    const { fingerprint } = await schemaPicture(client);
    return {
      ok: differences.length === 0,
      tables: seen.length,
      rows: seen.reduce((sum, table) => sum + table.rows, 0),
      compared: checksums ? "checksums" : "counts",
      differences,
      schemaEqual: fingerprint === snapshot.schema,
    };
  });
}

/** What going back to a snapshot would lose, table by table. */
export interface LossReport {
  /** The moment to which the database would go back. */
  readonly since: string;
  /** True when nothing would be lost: no table differs. */
  readonly nothing: boolean;
  readonly tables: readonly {
    readonly name: string;
    /** Absent: the table did not exist then. */
    readonly rowsThen?: number;
    /** Absent: the table does not exist now. */
    readonly rowsNow?: number;
  }[];
  /** The same in a sentence or two, to show before asking. */
  readonly sentence: string;
}

/** Compares the database as it is now with the snapshot; changes nothing. Default timeout 10 min. */
export async function lossSinceSnapshot(
  options: Patience & { readonly snapshot: Snapshot; readonly connection: DatabaseConnection },
): Promise<LossReport> {
  const { snapshot, connection } = options;
  const { differences } = await compareWithSnapshot(connection, options);
  const tables = differences.map(({ name, expected, seen }) => ({
    name,
    ...(expected === undefined ? {} : { rowsThen: expected.rows }),
    ...(seen === undefined ? {} : { rowsNow: seen.rows }),
  }));
  const named = differences.slice(0, 8).map(describeContent).join("; ");
  const more = differences.length > 8 ? `; and ${differences.length - 8} more tables` : "";
  const sentence =
    differences.length === 0
      ? `Nothing would be lost: every table is as it was at ${snapshot.takenAt}.`
      : `Everything written since ${snapshot.takenAt} would be lost. ${named}${more}.`;
  return { since: snapshot.takenAt, nothing: differences.length === 0, tables, sentence };
}
