import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../../project/readManifest.ts";
import { describedIn } from "../../provider/database/backupSnapshot.ts";
import { parseDatabaseUrl } from "../../provider/database/connection.ts";
import { readMigrationFolder } from "../../provider/database/migrations/plan.ts";
import { runRollbackScript } from "../../provider/database/migrations/rollbackScript.ts";
import { lossSinceSnapshot } from "../../provider/database/restore.ts";
import { type Snapshot, snapshotShape } from "../../provider/database/snapshot.ts";
import { restoreSnapshot } from "../../provider/database/swap.ts";
import { folder } from "../../provider/local/folder.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import type { RollbackArgs } from "./rollback.ts";

/**
 * Takes the database back too, when traffic is back already: by the release's rollback script or by its snapshot. Says
 * first what would be lost, and does nothing without a yes.
 *
 * @param version the release that is taken back
 * @returns what was done, in words
 */
export async function rollBackLocalDatabase(args: RollbackArgs, version: string): Promise<string> {
  const { context, reporter } = args;
  const progress = (text: string) => reporter.tell({ kind: "step", text });
  // Read only now: traffic does not wait for the engine, nor for its code.
  const { Engine } = await import("../engine/engine.ts");
  const engine = await Engine.open(context, progress);
  const url = await engine.databaseUrl();
  if (url === undefined) {
    throw new Problem({
      happened: "The stack has no database to take back.",
      untouched: "Traffic is back; nothing else was changed.",
      exitCode: exitCodes.usage,
    });
  }
  const connection = parseDatabaseUrl(url);
  return args.database === "script"
    ? byScript(args, version, connection)
    : bySnapshot(args, version, connection, progress);
}

type Connection = ReturnType<typeof parseDatabaseUrl>;

async function byScript(
  { context, to, signal }: RollbackArgs,
  version: string,
  connection: Connection,
): Promise<string> {
  const { releases } = context.settings();
  const { database } = readManifest(context.project, releases, version).manifest;
  if (database.tool === "none" || database.rollback === undefined || database.tool === "command") {
    throw new Problem({
      happened: `The release ${version} has no rollback script that Greenlight can run.`,
      where: `${releases}/${version}.yaml`,
      untouched: "Traffic is back; the database is as it was.",
      next: "run the script by hand, or use --database snapshot",
    });
  }
  const before = readManifest(context.project, releases, to.version).manifest.database;
  const needed = before.tool === database.tool ? await names(database.tool, before.directory) : [];
  const undoes = (await names(database.tool, database.directory)).filter((name) => !needed.includes(name));
  const result = await runRollbackScript({ connection, file: database.rollback, tool: database.tool, undoes, signal });
  return `The rollback script took back ${result.undone.join(", ")} (${result.verifiedBy}).`;
}

async function names(layout: "prisma" | "sql", directory: string): Promise<string[]> {
  return (await readMigrationFolder(layout, directory)).migrations.map(({ name }) => name);
}

async function bySnapshot(
  { context, confirm, signal }: RollbackArgs,
  version: string,
  connection: Connection,
  onProgress: (text: string) => void,
): Promise<string> {
  const snapshot = newestSnapshot(folder(context.dir).snapshots, version);
  const loss = await lossSinceSnapshot({ snapshot, connection, signal });
  onProgress(loss.sentence);
  if (!(await confirm(`${loss.sentence} Restore the database to ${snapshot.takenAt}?`))) {
    return "The database was left as it is: the restore was not confirmed.";
  }
  const { postgres } = await ensureToolchain({ want: ["postgres"], progress: onProgress });
  const result = await restoreSnapshot({ snapshot, connection, tools: { bin: postgres.bin }, onProgress, signal });
  const kept = result.kept === undefined ? "" : ` The database before is kept as ${result.kept}.`;
  return `The database is back at ${snapshot.takenAt}: ${result.verified.tables} tables, ${result.verified.rows} rows, compared by ${result.verified.compared}.${kept}`;
}

/** The newest snapshot that was taken before a version was deployed. */
function newestSnapshot(directory: string, version: string): Snapshot {
  const prefix = `before-${version}-`;
  const [newest] = readdirSync(directory)
    .filter((name) => name.startsWith(prefix) && name.endsWith(".dump"))
    .sort()
    .reverse();
  if (newest === undefined) {
    throw new Problem({
      happened: `There is no snapshot from before ${version}.`,
      where: directory,
      untouched: "The database is as it was.",
      next: "use --database script, or keep the database as it is",
    });
  }
  return snapshotShape.parse(JSON.parse(readFileSync(describedIn(join(directory, newest)), "utf8")));
}
