import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { folder } from "../../provider/local/folder.ts";
import type { Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Facts of database/backup. On this platform the migration depends on a snapshot wherever the stack has the database. */
export async function gatherBackup({ project, settings, manifest, dir }: Gathering) {
  const { tool } = manifest.manifest.database;
  const inGraph = settings.platform === "local" && settings.database !== undefined && tool !== "none";
  const newest = inGraph || tool === "none" ? undefined : await newestSnapshot(project, folder(dir).snapshots);
  return plainFacts({ tool, inGraph, drill: settings.backup.drill, newest });
}

async function newestSnapshot(project: string, directory: string) {
  if (!existsSync(directory)) return undefined;
  // What takes snapshots is loaded only where there may be one.
  const { describedIn } = await import("../../provider/database/backupSnapshot.ts");
  const { snapshotShape } = await import("../../provider/database/snapshot.ts");
  const described = (file: string) => {
    try {
      return { ...snapshotShape.parse(JSON.parse(readFileSync(describedIn(file), "utf8"))), file };
    } catch {
      return undefined; // a dump that nothing describes is no recorded snapshot
    }
  };
  const all = readdirSync(directory)
    .filter((name) => name.endsWith(".dump"))
    .flatMap((name) => described(join(directory, name)) ?? [])
    .toSorted((a, b) => Date.parse(a.takenAt) - Date.parse(b.takenAt));
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const whole = existsSync(last.file) && statSync(last.file).size === last.bytes;
  return { file: relative(project, last.file), takenAt: last.takenAt, whole, sha256: last.sha256 };
}
