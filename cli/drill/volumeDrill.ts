import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { jobsKept, type KubernetesDatabase } from "../../components/kubernetes/databaseSettings.ts";
import { drillPod } from "../../components/kubernetes/drillPod.ts";
import { jobNamed, stackLabels } from "../../components/kubernetes/names.ts";
import { accessOf } from "../../components/kubernetes/serving.ts";
import type { KubernetesSettings } from "../../components/kubernetes/settings.ts";
import { openClient } from "../../provider/kubernetes/client.ts";
import { shell } from "../../provider/kubernetes/dump/shell.ts";
import { planOf } from "../../provider/kubernetes/jobInputs.ts";
import { type PlayedRestore, playRestore } from "../../provider/kubernetes/restore/playRestore.ts";
import { leftClaims, makeClaim, removeClaim } from "../../provider/kubernetes/restore/restoredClaim.ts";
import { restoreScript } from "../../provider/kubernetes/restore/restoreScript.ts";
import { listSnapshots } from "../../provider/kubernetes/volumeSnapshots.ts";
import { endingOf, sayEnding } from "../../release/drillEnding.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import type { Context } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import { chosenSnapshot } from "./chosenSnapshot.ts";
import type { DrillOptions } from "./drillOptions.ts";
import { again, refuseDrill, untouched } from "./refuseDrill.ts";
import { leftWarning, type RemovedDrills, removeLeft } from "./removeLeft.ts";
import { holdsDatabase, judged, textOf, type VolumeDrillResult } from "./volumeDrillResult.ts";

/**
 * Restores a VolumeSnapshot of the stack into a claim of its own, starts a database on that by a Job, and has all of it read. What was seen is a
 * drill in the journal, by which `database/backup` judges. The claim of who serves is only looked at.
 */
export async function drillVolume(
  context: Context,
  kubernetes: KubernetesSettings,
  { claim: original = "", drill, migration }: KubernetesDatabase,
  options: DrillOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<VolumeDrillResult | RemovedDrills>> {
  const prefix = kubernetes.name;
  const client = openClient(accessOf(resolve(context.project), kubernetes));
  const labels = stackLabels(prefix);
  const job = jobNamed(prefix, `${prefix}-drill`);
  const about = { where: client.where, untouched, again };
  const tell = (text: string) => reporter.tell({ kind: "step", text });
  if (options.remove) {
    const all = await leftClaims(client, labels, about, signal);
    return removeLeft(
      all.map((it) => ({ ...it, kind: "claim" })),
      { ...options, signal, original: `The claim ${original}`, untouched },
      (name) => removeClaim(client, { name, labels, job: job.name }, about),
    );
  }
  if (drill === undefined) {
    return refuseDrill(
      context,
      "Nothing says what a database is started with on a copy of its claim.",
      "kubernetes.database.drill",
      "name an image of PostgreSQL there, of the same major version as the server",
    );
  }
  const snapshots = await listSnapshots(client, labels, about, signal);
  const chosen = chosenSnapshot(snapshots, options.snapshot, {
    what: "snapshot",
    where: `${client.where}: VolumeSnapshots with the label app.kubernetes.io/instance=${prefix}`,
    untouched,
    unfit: "see what its storage says (kubectl describe volumesnapshot)",
    made: "release a version that migrates: a snapshot is taken before (greenlight:kubernetes.database.migration)",
  });
  for (const it of await leftClaims(client, labels, about, signal)) {
    reporter.tell({ kind: "warning", text: leftWarning({ ...it, kind: "claim" }) });
  }
  const claim = `${prefix}-drill-${randomBytes(5).toString("hex")}`;
  const began = performance.now();
  const end = (keep: boolean) =>
    endingOf(keep, () => removeClaim(client, { name: claim, labels, job: job.name }, about), tell);
  tell(`restoring ${chosen.identifier} into the claim ${claim}`);
  const step = { urn: "", name: "drill", signal, tell: (line: string) => line.startsWith("greenlight-") || tell(line) };
  let played: PlayedRestore;
  try {
    const { identifier: snapshot, size } = chosen;
    await makeClaim(client, { name: claim, labels, snapshot, size, original }, about, signal);
    const times = { deadlineMs: options.deadlineMs, keepMs: jobsKept(migration) };
    const [plan, container] = planOf(job, drillPod(kubernetes, drill, claim), shell(restoreScript), times);
    played = await playRestore(client, step, [{ ...plan, untouched, again }, container], claim);
  } catch (error) {
    const ending = await end(false);
    if (ending !== "removed") tell(`the claim ${claim} is ${sayEnding(ending)}`);
    throw error;
  }
  const ending = await end(options.keep);
  const result = judged(chosen, played, { claim, ending, tookMs: Math.round(performance.now() - began) });
  const passed = holdsDatabase(played);
  new JournalFile(context).append({
    type: "drill",
    kind: "restore",
    version: chosen.release ?? "unknown",
    passed,
    sentence: result.sentence,
    details: { snapshot: chosen.identifier, claim, tookMs: result.tookMs },
  });
  const unlike = passed ? exitCodes.failed : exitCodes.refused;
  return { exitCode: result.ok ? exitCodes.ok : unlike, json: result, text: textOf(result, original) };
}
