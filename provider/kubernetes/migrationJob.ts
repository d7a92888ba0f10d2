import { z } from "zod";
import { migrateAndVerify, onceVerified, type Verified } from "../database/onceVerified.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";
import { jobName, jobTimes, onePod, planOf } from "./jobInputs.ts";

const inputs = z.strictObject({
  ...onceVerified,
  access: kubernetesAccess,
  /** The two Jobs, by what they do. */
  jobs: z.strictObject({ migration: jobName, verification: jobName }),
  /** What their pods are made from; what its container runs is told by `command` and `verify`. */
  pod: onePod,
  ...jobTimes,
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
    const [plan, container] = planOf(it.jobs[what], it.pod, command, it);
    return runJob(client, step, plan, container);
  });
}
