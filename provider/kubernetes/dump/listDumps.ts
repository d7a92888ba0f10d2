import { Problem } from "../../../release/problem.ts";
import type { KeptSnapshot } from "../../../release/snapshotRetention.ts";
import { withLastLines } from "../../database/onceVerified.ts";
import type { Step } from "../../handler.ts";
import type { Client } from "../client.ts";
import type { JobPlan } from "../jobs.ts";
import { runJob } from "../runJob.ts";
import { heldShape, jsonOf, saidAfter } from "./dumpLine.ts";

/** A dump of the stack, as its files tell it. */
export interface ListedDump extends KeptSnapshot {
  readonly bytes: number;
}

/**
 * The stack's dumps, as a Job lists them.
 *
 * @throws Problem where it does not list them all: half a list would have the wrong ones removed
 */
export async function listDumps(
  client: Client,
  step: Step,
  [plan, container]: [JobPlan, string],
): Promise<readonly ListedDump[]> {
  const { urn, name, signal } = step;
  // What is there is told by who asked for it.
  const tell = (line: string) => {
    if (!line.startsWith("greenlight-")) step.tell(line);
  };
  const ran = await runJob(client, { urn, name, signal, tell }, plan, container);
  const { output, fault, where } = ran;
  const found = saidAfter(output, "greenlight-listed").flatMap(listed);
  const count = saidAfter(output, "greenlight-count").at(-1);
  if (fault === undefined && count === String(found.length)) return found;
  const why =
    fault ?? (count === undefined ? "it does not say how many there are" : `${count} are there, ${found.length} told`);
  throw new Problem({
    happened: withLastLines(`The stack's dumps could not be listed: ${why}.`, ran),
    where,
    untouched: "No dump was removed.",
    next: "read the log, mend what it says, and run it again",
  });
}

function listed(line: string): ListedDump[] {
  const [, identifier, bytes, text = ""] = /^(\S+) (\d+) (.*)$/.exec(line) ?? [];
  if (identifier === undefined) return [];
  const held = jsonOf(text, heldShape);
  return [
    { identifier, bytes: Number(bytes), whole: held !== undefined, release: held?.release, takenAt: held?.takenAt },
  ];
}
