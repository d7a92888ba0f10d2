import { z } from "zod";
import type { GateProof } from "../../release/gateProof.ts";
import { Problem } from "../../release/problem.ts";
import { gateProof } from "../gates/gateProofShape.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { ask } from "./awsProblem.ts";
import type { SeenTargets } from "./readTargets.ts";

const inputs = z.strictObject({
  region: z.string(),
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  targetGroups: z
    .array(z.strictObject({ service: z.string(), arn: z.string(), least: z.number().int().min(1) }))
    .min(1),
  /** Readings in a row in which every target must be healthy. */
  successes: z.number().int().positive(),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
  /** What the gate speaks of: it runs again for other tasks. */
  incarnations: z.array(z.string()),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly samples: readonly { readonly service: string; readonly healthy: number; readonly of: number }[];
  readonly proof: GateProof;
}

/** Passes when the load balancer finds every target of every service healthy, as many as asked, so many readings in a row. */
export const targetsHealthy = handler<Inputs, Outputs>({
  inputs,
  async create(step, it) {
    return { id: `${it.environment}-health`, outputs: await pass(it, step) };
  },
  async read(_, __, state) {
    return { samples: state.samples, proof: gateProof.parse(state.proof) };
  },
  async update(step, _, __, news) {
    return pass(news, step);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

interface Reading {
  readonly service: string;
  readonly least: number;
  readonly seen: SeenTargets;
}

/** Whether every target is healthy, and as many as asked. A target group without targets is not. */
export function allHealthy(readings: readonly { readonly least: number; readonly seen: SeenTargets }[]): boolean {
  return readings.length > 0 && readings.every(({ least, seen }) => seen.healthy === seen.of && seen.of >= least);
}

async function pass(it: Inputs, step: Step): Promise<Outputs> {
  let inARow = 0;
  const readings = await poll(
    async () => {
      const all = await readAll(it, step);
      inARow = allHealthy(all) ? inARow + 1 : 0;
      return all;
    },
    () => inARow >= it.successes,
    it,
    step.signal,
  );
  if (inARow >= it.successes) {
    return {
      samples: readings.map(({ service, seen }) => ({ service, healthy: seen.healthy, of: seen.of })),
      proof: {
        gate: "health",
        environment: it.environment,
        version: it.version,
        passed: true,
        at: new Date().toISOString(),
      },
    };
  }
  throw new Problem({
    happened: `Health gate: the targets of ${it.environment} ${it.version} were not all healthy ${it.successes} times in a row within ${it.deadlineMs / 1000} s.`,
    where: readings.map(sayTargets).join("; "),
    untouched: "No traffic was moved.",
    next: "read the tasks' logs, mend it, and run the update again: it goes on from this gate",
  });
}

/** A service's targets in words. */
export function sayTargets({ service, least, seen }: Reading): string {
  const count = `${service}: ${seen.healthy} of ${Math.max(least, seen.of)} targets are healthy`;
  return seen.reasons.length === 0 ? count : `${count} (${seen.reasons.slice(0, 3).join("; ")})`;
}

async function readAll(it: Inputs, step: Step): Promise<Reading[]> {
  const [{ loadBalancingClient }, { readTargets }] = await Promise.all([
    import("./clients.ts"),
    import("./readTargets.ts"),
  ]);
  const client = loadBalancingClient(it.region);
  try {
    const readings: Reading[] = [];
    for (const { service, arn, least } of it.targetGroups) {
      const asked = {
        doing: `tell the health of ${service}'s targets`,
        where: arn,
        untouched: "No traffic was moved.",
      };
      readings.push({ service, least, seen: await ask(asked, () => readTargets(client, arn, step.signal)) });
    }
    return readings;
  } finally {
    client.destroy();
  }
}
