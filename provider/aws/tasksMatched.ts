import { z } from "zod";
import { type EnvironmentName, environmentNames, type Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { weightsShape } from "../weightsShape.ts";
import { ask } from "./awsProblem.ts";

const inputs = z.strictObject({
  region: z.string(),
  cluster: z.string(),
  /** Name of each service in ECS, by environment. */
  services: z.array(z.strictObject({ service: z.string(), blue: z.string(), green: z.string() })).min(1),
  weights: weightsShape,
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** ISO time at which the receiving side was read to be large enough. */
  readonly matchedAt: string;
}

const untouched = "Traffic was left as it is.";

/**
 * Stands before the gate of the switch where services scale by load: a side that is about to receive traffic is raised to the size of the
 * one that serves, and awaited. That one may have grown since the candidate was deployed.
 */
export const tasksMatched = handler<Inputs, Outputs>({
  inputs,
  remarks: ["intervalMs", "deadlineMs"],
  async create() {
    // Nothing is known to have served before.
    return { id: "tasks-matched", outputs: { matchedAt: new Date().toISOString() } };
  },
  async read(_, __, state) {
    return { matchedAt: state.matchedAt };
  },
  async update(step, _, state, news) {
    for (const name of receivers(state.weights, news.weights)) await match(step, news, name);
    return { matchedAt: new Date().toISOString() };
  },
  async delete() {
    // It leaves nothing behind: the number of tasks is the load's.
  },
});

function receivers(before: Weights, after: Weights): EnvironmentName[] {
  return environmentNames.filter((name) => after[name] > before[name]);
}

async function match(step: Step, it: Inputs, to: EnvironmentName): Promise<void> {
  const [{ ecsClient }, { countTasks, raiseTasks, sayRaised }] = await Promise.all([
    import("./clients.ts"),
    import("./raiseTasks.ts"),
  ]);
  const client = ecsClient(it.region);
  const where = `ECS, ${it.region}, ${it.cluster}`;
  try {
    const raised = await ask({ doing: `raise the tasks of ${to}`, where, untouched }, () =>
      raiseTasks(client, it, to, step.signal),
    );
    if (raised.length > 0) step.tell(sayRaised(raised, to));
    const names = it.services.map((one) => one[to]);
    const counts = await poll(
      () =>
        ask({ doing: `tell how many tasks of ${to} run`, where, untouched }, () =>
          countTasks(client, it.cluster, names, step.signal),
        ),
      (all) => [...all.values()].every(({ desired, running }) => running >= desired),
      it,
      step.signal,
    );
    const short = [...counts].filter(([, { desired, running }]) => running < desired);
    if (short.length === 0) return;
    throw new Problem({
      happened: `Traffic was not moved: ${short.map(([name, { desired, running }]) => `${name} runs ${running} of ${desired} tasks`).join(", ")}, as many as serve now.`,
      where,
      untouched,
      next: "read the service's events in ECS (no capacity, a quota, an image), mend it, and run the update again: it goes on from here",
    });
  } finally {
    client.destroy();
  }
}
