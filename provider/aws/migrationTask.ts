import { z } from "zod";
import { migrateAndVerify, onceVerified, type RanOnce, type Verified } from "../database/onceVerified.ts";
import { OutputEnd } from "../gates/outputEnd.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { ask } from "./awsProblem.ts";
import { endedBadly } from "./taskEnding.ts";

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

function migrate(step: Step, it: Inputs): Promise<Verified> {
  return migrateAndVerify(it, (what, command) => run(step, it, what, command));
}

/** Readings without a new line after which nothing more is awaited from a task that has ended. */
const quietReadings = 3;

async function run(step: Step, it: Inputs, what: string, command: readonly string[]): Promise<RanOnce> {
  const [{ ecsClient, logsClient }, { startTask, readTask, stopTask }, { TaskLog }] = await Promise.all([
    import("./clients.ts"),
    import("./oneOffTask.ts"),
    import("./taskLog.ts"),
  ]);
  const [ecs, logs] = [ecsClient(it.region), logsClient(it.region)];
  const asked = { where: `ECS, ${it.region}, ${it.cluster}`, untouched: "No traffic was moved." };
  const output = new OutputEnd(64 * 1024);
  let arn: string | undefined;
  let quiet = 0;
  try {
    arn = await ask({ ...asked, doing: `start the ${what}'s task` }, () => startTask(ecs, it, command, step.signal));
    const task = arn;
    const log = new TaskLog(logs, it.logGroup, it.container, task);
    const ended = await poll(
      async () => {
        const seen = await ask({ ...asked, doing: `tell the state of the ${what}'s task` }, () =>
          readTask(ecs, it.cluster, task, step.signal),
        );
        const lines = await log.more(step.signal);
        quiet = seen.stopped && lines.length === 0 ? quiet + 1 : 0;
        for (const line of lines) {
          output.add(Buffer.from(`${line}\n`));
          step.tell(line);
        }
        return seen;
      },
      // The last lines of a task arrive when it has ended already.
      (seen) => seen.stopped && quiet >= quietReadings,
      it,
      step.signal,
    );
    if (!ended.stopped) await stopTask(ecs, it.cluster, task, `Greenlight: not done in ${it.deadlineMs / 1000} s`);
    return {
      id: task,
      where: `task ${task}, log group ${it.logGroup}`,
      fault: endedBadly(ended, it.container),
      output: output.text(),
    };
  } catch (error) {
    // What was cancelled must not go on migrating behind the next update's back.
    if (arn !== undefined && step.signal.aborted) {
      await stopTask(ecs, it.cluster, arn, "Greenlight: the update was cancelled").catch(() => undefined);
    }
    throw error;
  } finally {
    ecs.destroy();
    logs.destroy();
  }
}
