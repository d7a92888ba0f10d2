import { Problem } from "../../../release/problem.ts";
import { withLastLines } from "../../database/onceVerified.ts";
import type { Step } from "../../handler.ts";
import type { Client } from "../client.ts";
import { lastEvent } from "../events.ts";
import type { JobPlan } from "../jobs.ts";
import { runJob } from "../runJob.ts";
import { restoredLine, type SaidRestored } from "./restoredLine.ts";

/** What a Job saw that started a database on a copy of its volume. */
export interface PlayedRestore {
  /** What it came to; never what says nothing of the snapshot. */
  readonly said: SaidRestored & { readonly stage: "find" | "start" | "read" | "done" };
  /** The end of what it printed. */
  readonly output: string;
}

/**
 * Starts a database on a claim by a Job, and reads what that says.
 *
 * @throws Problem where it says nothing, or nothing of the snapshot: that is no result of a drill
 */
export async function playRestore(
  client: Client,
  step: Step,
  [plan, container]: [JobPlan, string],
  claim: string,
): Promise<PlayedRestore> {
  const ran = await runJob(client, step, plan, container);
  const { output, fault, where } = ran;
  const said = restoredLine(output);
  const { stage } = said ?? {};
  // Only an end that is well told ends well.
  if (said !== undefined && stage !== undefined && stage !== "settings" && stage !== "ended") {
    if (stage !== "done" || fault === undefined) return { said: { ...said, stage }, output };
  }
  // A volume that the storage does not make is told by an event of its claim alone.
  const noVolume = { kind: "PersistentVolumeClaim", name: claim, reason: "ProvisioningFailed" };
  const refused = said === undefined ? await lastEvent(client, noVolume, step.signal) : undefined;
  const why =
    refused === undefined ? (fault ?? "it does not say what it saw") : `its storage made no volume: ${refused}`;
  throw new Problem({
    happened: withLastLines(`The snapshot could not be drilled: ${why}.`, ran),
    where,
    untouched: "The database that serves was not touched, and the snapshot is as it was.",
    next: "mend what the lines above say (greenlight:kubernetes.database.drill has image, role and user), and run the same command again",
  });
}
