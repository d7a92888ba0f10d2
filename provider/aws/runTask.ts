import type { RanOnce } from "../database/onceVerified.ts";
import { OutputEnd } from "../gates/outputEnd.ts";
import type { Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { ask } from "./awsProblem.ts";
import { ecsClient, logsClient } from "./clients.ts";
import { findTask, type OneOffPlace, readTask, startTask, stopTask } from "./oneOffTask.ts";
import { endedBadly } from "./taskEnding.ts";
import { TaskLog } from "./taskLog.ts";

/** A task outside any service, and how it is followed. */
export interface TaskRun extends OneOffPlace {
  readonly region: string;
  readonly logGroup: string;
  readonly intervalMs: number;
  /** How long it may run before it is stopped. */
  readonly deadlineMs: number;
}

/** Readings without a new line after which nothing more is awaited from a task that has ended. */
const quietReadings = 3;

/**
 * Runs one task to its end and tells its lines as they come. One that takes too long, or is cancelled, is stopped. Where it has a mark, one
 * that runs already is gone along with: a command that was killed may have begun it.
 *
 * @param what for sentences, such as `migration`
 */
export async function runTask(
  step: Pick<Step, "signal" | "tell">,
  it: TaskRun,
  what: string,
  command: readonly string[],
): Promise<RanOnce> {
  const [ecs, logs] = [ecsClient(it.region), logsClient(it.region)];
  const asked = {
    where: `ECS, ${it.region}, ${it.cluster}`,
    untouched: it.untouched,
    ...(it.again === undefined ? {} : { again: it.again }),
  };
  const output = new OutputEnd(64 * 1024);
  let arn: string | undefined;
  let quiet = 0;
  try {
    const known = await ask({ ...asked, doing: `tell whether the ${what}'s task runs already` }, () =>
      findTask(ecs, it, step.signal),
    );
    if (known !== undefined) step.tell(`the ${what}'s task is there already: its end is awaited`);
    arn =
      known ??
      (await ask({ ...asked, doing: `start the ${what}'s task` }, () => startTask(ecs, it, command, step.signal)));
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
    // What was cancelled must not go on behind the back of whoever comes next.
    if (arn !== undefined && step.signal.aborted) {
      await stopTask(ecs, it.cluster, arn, "Greenlight: it was cancelled").catch(() => undefined);
    }
    throw error;
  } finally {
    ecs.destroy();
    logs.destroy();
  }
}
