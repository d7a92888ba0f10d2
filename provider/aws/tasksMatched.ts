import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type EnvironmentName, environmentNames, type Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { weightsShape } from "../weightsShape.ts";
import { ask } from "./awsProblem.ts";
import { seenRules } from "./seenRules.ts";

const sides = z.strictObject({ blue: z.string(), green: z.string() });

const inputs = z.strictObject({
  region: z.string(),
  /** The listener that users reach. */
  listener: z.string(),
  cluster: z.string(),
  /** By environment, the name of each service in ECS and the ARN of its target group. */
  services: z.array(sides.extend({ service: z.string(), targetGroups: sides })).min(1),
  weights: weightsShape,
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** By service: the weights that this update makes, or that a refresh found. */
  readonly serving: Readonly<Record<string, Weights>>;
  /** ISO time at which the receiving side was read to be large enough. */
  readonly matchedAt: string;
}

const untouched = "Traffic was left as it is.";

/**
 * Stands before the gate of the switch where services scale by load: a side that is about to receive traffic is raised to the size of the
 * one that serves, and awaited. That one may have grown since the candidate was deployed. Who receives is read from the rules: a refresh after a
 * switch that its gate refused finds that nobody has the traffic yet, and the next update raises anew.
 */
export const tasksMatched = handler<Inputs, Outputs>({
  inputs,
  remarks: ["listener", "intervalMs", "deadlineMs"],
  drifted: (state) => Object.values(state.serving).some((it) => !isDeepStrictEqual(it, state.weights)),
  async create(step, it) {
    return { id: "tasks-matched", outputs: await matchAll(step, it) };
  },
  async read(step, _, state) {
    const rules = await rulesOf(step, state);
    const serving = Object.fromEntries(rules.flatMap(({ service, weights }) => (weights ? [[service, weights]] : [])));
    return { serving, matchedAt: state.matchedAt };
  },
  async update(step, _, __, news) {
    return matchAll(step, news);
  },
  async delete() {
    // It leaves nothing behind: the number of tasks is the load's.
  },
});

function rulesOf(step: Step, { services, ...it }: Inputs) {
  return seenRules(step, {
    ...it,
    services: services.map(({ service, targetGroups }) => ({ service, ...targetGroups })),
  });
}

async function matchAll(step: Step, it: Inputs): Promise<Outputs> {
  const rules = await rulesOf(step, it);
  for (const name of environmentNames) {
    // Where no rule leads anywhere, nobody serves whose size could be told.
    const services = it.services.filter(({ service }) => {
      const now = rules.find((rule) => rule.service === service)?.weights;
      return now !== undefined && it.weights[name] > now[name];
    });
    if (services.length > 0) await match(step, { ...it, services }, name);
  }
  return {
    serving: Object.fromEntries(it.services.map(({ service }) => [service, it.weights])),
    matchedAt: new Date().toISOString(),
  };
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
