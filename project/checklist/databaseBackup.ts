import { shown } from "../../release/evidence/shown.ts";
import { migrates } from "../servicesMatch.ts";
import type { Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Facts of database/backup. Where the stack migrates the database, its migration depends on a snapshot; drills are in the journal. */
export async function gatherBackup({ settings, manifest, platform, journal }: Gathering) {
  const { tool } = manifest.manifest.database;
  const inGraph = migrates(settings) && tool !== "none";
  const newest = inGraph || tool === "none" ? undefined : await platform.newestSnapshot();
  const last = journal.findLast((it) => it.type === "drill" && it.kind === "restore");
  const restored =
    last?.type === "drill" ? { at: last.at, passed: last.passed, sentence: shown(last.sentence) } : undefined;
  return plainFacts({ tool, inGraph, drill: platform.drillsSnapshots, newest, restored });
}
