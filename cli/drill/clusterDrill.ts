import type { Context } from "../context.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import type { DrillOptions } from "./drillOptions.ts";
import { type DumpDrillResult, drillDump } from "./dumpDrill.ts";
import { refuseDrill } from "./refuseDrill.ts";
import type { RemovedDrills } from "./removeLeft.ts";
import { drillVolume } from "./volumeDrill.ts";
import type { VolumeDrillResult } from "./volumeDrillResult.ts";

/** What `greenlight drill snapshot` ends with on Kubernetes. */
export type ClusterDrillResult = DumpDrillResult | VolumeDrillResult;

/** Restores what a stack on Kubernetes takes before a migration: a snapshot of the database's volume, or a dump. */
export async function drillCluster(
  context: Context,
  options: DrillOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<ClusterDrillResult | RemovedDrills>> {
  const { kubernetes } = context.settings();
  const database = kubernetes?.database;
  if (kubernetes === undefined || database === undefined) {
    return refuseDrill(
      context,
      "The stack has no database, and so neither snapshots nor dumps.",
      "kubernetes.database",
      "name it there, if it has one",
    );
  }
  const { dump } = database;
  return dump === undefined
    ? drillVolume(context, kubernetes, database, options, reporter, signal)
    : drillDump(context, kubernetes, { ...database, dump }, options, reporter, signal);
}
