import { z } from "zod";
import { migrateAndVerify, onceVerified, type Verified } from "../database/onceVerified.ts";
import { handler, type Step } from "../handler.ts";

const inputs = z.strictObject({
  ...onceVerified,
  region: z.string(),
  cluster: z.string(),
  taskDefinition: z.string(),
  container: z.string(),
  subnets: z.array(z.string()).min(1),
  securityGroups: z.array(z.string()).min(1),
  logGroup: z.string(),
  intervalMs: z.number().int().positive(),
  /** For each of the two tasks. */
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

/**
 * The database's schema as a version needs it: one task of the candidate's image migrates, a second one asks the database what it has,
 * and only what that one prints is believed. A failed migration is never saved, so that it runs again.
 */
export const migrationTask = handler<Inputs, Verified>({
  inputs,
  // A version migrates once: how its task runs is no reason to run it again, least of all for a version that serves.
  remarks: [
    "command",
    "verify",
    "prints",
    "cluster",
    "taskDefinition",
    "container",
    "subnets",
    "securityGroups",
    "logGroup",
    "intervalMs",
    "deadlineMs",
  ],
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
    // A schema is never taken back by leaving a migration out.
  },
});

async function migrate(step: Step, it: Inputs): Promise<Verified> {
  const { runTask } = await import("./runTask.ts");
  const run = { ...it, untouched: "No traffic was moved." };
  return migrateAndVerify(it, (what, command) => runTask(step, run, what, command));
}
