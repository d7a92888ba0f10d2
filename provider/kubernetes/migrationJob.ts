import { createHash } from "node:crypto";
import type { V1PodSpec } from "@kubernetes/client-node";
import { z } from "zod";
import { migrateAndVerify, onceVerified, type Verified } from "../database/onceVerified.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";

const job = z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) });
const inputs = z.strictObject({
  ...onceVerified,
  access: kubernetesAccess,
  /** The two Jobs, by what they do; what their pods are found by is of each alone. */
  jobs: z.strictObject({ migration: job, verification: job }),
  /** What their pods are made from. It has one container, whose command is told by `command` and `verify`. */
  pod: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })).length(1) }),
  /** For each of the two Jobs. */
  deadlineMs: z.number().int().positive(),
  /** How long the Jobs stay with their logs when they have ended. */
  keepMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

/**
 * The database's schema as a version needs it: one Job of the candidate's image migrates, a second one asks the database what it has, and
 * only what that one prints is believed. Both are named by the release and run once. A failed migration is never saved, so that it runs
 * again; one that runs already, as after an engine that was killed, is gone along with.
 */
export const migrationJob = handler<Inputs, Verified>({
  inputs,
  // A version migrates once: how its Jobs run is no reason to run them again, least of all for a version that serves.
  remarks: ["access", "jobs", "pod", "command", "verify", "prints", "deadlineMs", "keepMs"],
  async create(step, it) {
    return { id: "migration", outputs: await migrate(step, it) };
  },
  async read(_, __, state) {
    return { verifiedBy: state.verifiedBy, migratedBy: state.migratedBy, at: state.at };
  },
  async update(step, _, __, news) {
    return migrate(step, news);
  },
  async delete() {
    // A schema is never taken back by leaving a migration out; its Jobs are removed by the cluster when their time is over.
  },
});

async function migrate(step: Step, it: Inputs): Promise<Verified> {
  const [{ openClient }, { runJob }] = await Promise.all([import("./client.ts"), import("./runJob.ts")]);
  const client = openClient(it.access);
  return migrateAndVerify(it, (what, command) => {
    const pod = withCommand(it.pod as unknown as V1PodSpec, command);
    const digest = createHash("sha256").update(JSON.stringify(pod)).digest("hex");
    const [container] = pod.containers;
    const plan = {
      ...it.jobs[what],
      digest,
      pod,
      deadlineSeconds: Math.ceil(it.deadlineMs / 1_000),
      keepSeconds: Math.ceil(it.keepMs / 1_000),
    };
    return runJob(client, step, plan, container?.name ?? "");
  });
}

function withCommand(pod: V1PodSpec, command: readonly string[]): V1PodSpec {
  return { ...pod, containers: pod.containers.map((it) => ({ ...it, command: [...command] })) };
}
