import { migrates } from "../servicesMatch.ts";
import type { Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Facts of database/backup. Where the stack migrates the database, its migration depends on a snapshot. */
export async function gatherBackup({ settings, manifest, platform }: Gathering) {
  const { tool } = manifest.manifest.database;
  const inGraph = migrates(settings) && tool !== "none";
  const newest = inGraph || tool === "none" ? undefined : await platform.newestSnapshot();
  return plainFacts({ tool, inGraph, drill: platform.drillsSnapshots, newest });
}
