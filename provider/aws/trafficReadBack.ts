import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { environmentNames, type Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { weightsShape } from "../weightsShape.ts";
import { ask } from "./awsProblem.ts";
import type { SeenRule } from "./readRules.ts";
import type { SeenTargets } from "./readTargets.ts";
import { sayShares } from "./switching.ts";

const inputs = z.strictObject({
  region: z.string(),
  listener: z.string(),
  services: z.array(z.strictObject({ service: z.string(), blue: z.string(), green: z.string() })).min(1),
  weights: weightsShape,
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Weights that all services' rules were read to have. */
  readonly serving: Weights;
  /** ISO time of that reading: when traffic was seen to be where it is. */
  readonly readAt: string;
}

/** What serves after the switch, as read: every rule has the weights that were asked, and every side that they name has healthy targets. */
export const trafficReadBack = handler<Inputs, Outputs>({
  inputs,
  remarks: ["intervalMs", "deadlineMs"],
  drifted: (state) => !isDeepStrictEqual(state.serving, state.weights),
  async create(step, it) {
    return { id: "read-back", outputs: await pass(step, it) };
  },
  async read(step, _, state) {
    const { rules } = await readAll(step, state);
    const odd = rules.find(({ weights }) => !isDeepStrictEqual(weights, state.weights));
    const serving = odd === undefined ? state.weights : (odd.weights ?? { blue: 0, green: 0 });
    const same = isDeepStrictEqual(serving, state.serving);
    return { serving, readAt: same ? state.readAt : new Date().toISOString() };
  },
  async update(step, _, __, news) {
    return pass(step, news);
  },
  async delete() {
    // A reading leaves nothing behind.
  },
});

interface Reading {
  readonly rules: readonly SeenRule[];
  /** Targets of each side that the weights name, by service. */
  readonly targets: readonly { readonly service: string; readonly environment: string; readonly seen: SeenTargets }[];
}

/** Where a reading differs from what was asked, a sentence each. */
export function differences({ rules, targets }: Reading, weights: Weights): string[] {
  return [
    ...rules.filter((it) => !isDeepStrictEqual(it.weights, weights)).map((it) => `served: ${sayShares(it)}`),
    ...targets
      .filter(({ seen }) => seen.healthy === 0)
      .map(({ service, environment }) => `no target of ${service} in ${environment} is healthy`),
  ];
}

async function pass(step: Step, it: Inputs): Promise<Outputs> {
  const reading = await poll(
    () => readAll(step, it),
    (seen) => differences(seen, it.weights).length === 0,
    it,
    step.signal,
  );
  const found = differences(reading, it.weights);
  if (found.length === 0) return { serving: it.weights, readAt: new Date().toISOString() };
  throw new Problem({
    happened: `What serves is not what was asked: ${found.join("; ")}.`,
    where: `the rules of ${it.listener}`,
    untouched: "The environment that traffic left is still there and warm.",
    next: "set greenlight:live back and update if users are not served well; else find what holds the rules, and run the update again: it reads back anew",
  });
}

async function readAll(step: Step, it: Inputs): Promise<Reading> {
  const [{ loadBalancingClient }, { readRules }, { readTargets }] = await Promise.all([
    import("./clients.ts"),
    import("./readRules.ts"),
    import("./readTargets.ts"),
  ]);
  const client = loadBalancingClient(it.region);
  const asked = { where: it.listener, untouched: "The rules were changed; whether they hold is not known." };
  try {
    const rules = await ask({ ...asked, doing: "tell the listener's rules" }, () =>
      readRules(client, it.listener, it.services, step.signal),
    );
    const targets: { service: string; environment: string; seen: SeenTargets }[] = [];
    for (const environment of environmentNames.filter((name) => it.weights[name] > 0)) {
      for (const one of it.services) {
        const seen = await ask({ ...asked, doing: `tell the health of ${one.service}'s targets` }, () =>
          readTargets(client, one[environment], step.signal),
        );
        targets.push({ service: one.service, environment, seen });
      }
    }
    return { rules, targets };
  } finally {
    client.destroy();
  }
}
