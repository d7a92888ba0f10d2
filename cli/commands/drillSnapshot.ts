import { namePrefix } from "../../components/aws/serving.ts";
import { requireAccount } from "../../provider/aws/account.ts";
import { ask } from "../../provider/aws/awsProblem.ts";
import { databaseClient } from "../../provider/aws/clients.ts";
import { leftByDrills, type SeenDatabase } from "../../provider/aws/drill/drilled.ts";
import { rdsDrills } from "../../provider/aws/drill/rdsDrills.ts";
import { originalUntouched, removeDrill } from "../../provider/aws/drill/removeDrill.ts";
import { restoreBeside } from "../../provider/aws/drill/restoreBeside.ts";
import { verifyRestored } from "../../provider/aws/drill/verifyRestored.ts";
import { rdsSnapshots } from "../../provider/aws/rdsSnapshots.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { type DatabaseMake, restoreDifferences } from "../../release/restoreDrill.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { chosenSnapshot } from "../drill/chosenSnapshot.ts";
import type { ClusterDrillResult } from "../drill/clusterDrill.ts";
import { drillableDatabase, drillName } from "../drill/drillable.ts";
import type { DrillOptions } from "../drill/drillOptions.ts";
import { type DrillVerification, drillText, judged, type SnapshotDrillResult } from "../drill/drillResult.ts";
import { leftWarning, type RemovedDrills, removeLeft } from "../drill/removeLeft.ts";
import { type Verifier, verifierOf } from "../drill/verification.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { platformIn } from "../offered.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";

export interface SnapshotDrillOptions extends GlobalOptions, DrillOptions {}

/**
 * Restores a snapshot of the stack on AWS into an RDS instance or an Aurora cluster of its own, compares that with what the snapshot
 * says, has it asked by a task, and removes it; on Kubernetes a VolumeSnapshot into a claim of its own, or a dump into a database of its
 * own. What was seen is a drill in the journal, by which `database/backup` judges. The database that serves is only read, and no lock is taken: a release or a rollback never waits for a drill.
 */
export async function drillSnapshotCommand(
  options: SnapshotDrillOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<SnapshotDrillResult | RemovedDrills | ClusterDrillResult>> {
  const context = openContext(options);
  if (platformIn(context) === "kubernetes") {
    return (await import("../drill/clusterDrill.ts")).drillCluster(context, options, reporter, signal);
  }
  const { aws, kind, identifier: original } = drillableDatabase(context);
  const { region } = aws;
  const intervalMs = aws.gates.interval;
  await requireAccount(aws.account, region, signal);
  const tell = (text: string) => reporter.tell({ kind: "step", text });
  const stack = namePrefix(context.stack, aws);
  const untouched = `${originalUntouched(original)} Nothing was restored.`;
  const asked = { where: `RDS, ${region}`, untouched, again: "run the same command again" };
  const client = databaseClient(region);
  try {
    const api = rdsDrills(client, kind);
    const found = await ask({ ...asked, doing: "list what drills left" }, () => leftByDrills(api, stack, signal));
    const left = found.map((it) => ({ ...it, snapshot: it.drill?.snapshot }));
    if (options.remove) {
      const given = { ...options, signal, original, untouched: originalUntouched(original) };
      return await removeLeft(left, given, (name) =>
        removeDrill(api, { name, stack, region, intervalMs, beside: { identifier: original } }, tell),
      );
    }
    const all = await ask({ ...asked, doing: `list the snapshots of ${original}` }, () =>
      rdsSnapshots(client).list(kind, original, stack, signal),
    );
    const snapshot = chosenSnapshot(all, options.snapshot, {
      what: "snapshot",
      where: `RDS, snapshots of ${original} with the tag greenlight:stack ${stack}`,
      untouched,
      unfit: "see its state in RDS",
      made: "release a version that migrates: a snapshot is taken before (greenlight:aws.database.migration)",
    });
    const name = drillName(snapshot.identifier);
    for (const it of left.filter(({ identifier }) => identifier !== name)) {
      reporter.tell({ kind: "warning", text: leftWarning(it) });
    }
    const [make, beside] = await Promise.all([
      ask({ ...asked, doing: `tell what ${snapshot.identifier} holds` }, () => api.make(snapshot.identifier, signal)),
      ask({ ...asked, doing: `tell where ${original} stands` }, () => api.original(original, signal)),
    ]);
    if (make === undefined || beside === undefined) {
      throw new Problem({
        happened: `${make === undefined ? snapshot.identifier : original} is not there any more.`,
        where: asked.where,
        untouched,
        next: `a drill stands where the database does: see both in RDS, and correct ${context.projectName}:aws.database`,
        exitCode: exitCodes.usage,
      });
    }
    const unfit = api.unfit(beside);
    if (unfit !== undefined) {
      throw new Problem({
        happened: `${original} ${unfit}.`,
        where: asked.where,
        untouched,
        next: `by hand: restore ${snapshot.identifier} beside it, compare, and remove what was made (docs/aws.md, Restore drill)`,
        exitCode: exitCodes.usage,
      });
    }
    const verifier = await verifierOf(context, aws, original, snapshot, all, signal);
    const startedAt = performance.now();
    const { done, ending } = await restoreBeside(
      api,
      {
        ...{ name, snapshot: snapshot.identifier, make, stack, beside, tags: aws.tags, region },
        ...{ keep: options.keep, intervalMs, deadlineMs: options.deadlineMs },
      },
      { signal, tell },
      async (restored, restore) => {
        const differences = restoreDifferences(make, restored, beside);
        const began = performance.now();
        // What does not stand as it should is not asked what is in it.
        const it = differences.length > 0 ? unlike : await verify(verifier, restored, { signal, tell });
        return { restored, differences, ...it, restore, verify: Math.round(performance.now() - began) };
      },
    );
    const { restored, differences, verification, notVerified, restore, verify: verifying } = done;
    const { identifier, takenAt, release } = snapshot;
    const result = judged({
      snapshot: { identifier, takenAt, release, ...make },
      restored: { identifier: name, status: restored.status, ...makeOf(restored) },
      ...{ differences, verification, notVerified, ending },
      tookMs: { restore, verify: verifying, whole: Math.round(performance.now() - startedAt) },
    });
    new JournalFile(context).append({
      type: "drill",
      kind: "restore",
      version: release ?? "unknown",
      passed: result.ok,
      sentence: result.sentence,
      details: { snapshot: identifier, [kind]: name, tookMs: { ...result.tookMs } },
    });
    const passed = ending === "still there" ? exitCodes.failed : exitCodes.ok;
    const exitCode = result.ok ? passed : exitCodes.refused;
    return { exitCode, json: { ...result, ok: exitCode === exitCodes.ok }, text: drillText(result, original) };
  } finally {
    client.destroy();
  }
}

interface Asked {
  readonly verification: DrillVerification | null;
  readonly notVerified: string | null;
}

const unlike: Asked = { verification: null, notVerified: "what was restored is not as the snapshot says" };

async function verify(
  verifier: Verifier,
  restored: SeenDatabase,
  step: { readonly signal: AbortSignal; tell(line: string): void },
): Promise<Asked> {
  if ("nobody" in verifier) return { verification: null, notVerified: verifier.nobody };
  const { by, run, taskDefinition } = verifier;
  step.tell(`${by.environment} ${by.version} asks ${restored.identifier} by a task of its own`);
  const { line, fault, where } = await verifyRestored(step, run, restored);
  return {
    verification: { ...by, taskDefinition, line: line ?? null, fault: fault ?? null, where },
    notVerified: null,
  };
}

function makeOf({ engine, version, storage, encrypted }: DatabaseMake): DatabaseMake {
  return { engine, version, storage, encrypted };
}
