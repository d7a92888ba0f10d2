import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { EnvironmentName, Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { trafficFaults } from "../../release/trafficFaults.ts";
import { gateProof } from "../gates/gateProofShape.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { weightsShape } from "../weightsShape.ts";
import { ask } from "./awsProblem.ts";
import type { SeenRule } from "./readRules.ts";
import type { SeenTargets } from "./readTargets.ts";
import { seenRules, withLoadBalancing } from "./seenRules.ts";
import { receivingFault, sayShares, strangers } from "./switching.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** The listener that users reach. */
  listener: z.string(),
  /** In the order in which they switch. */
  services: z
    .array(
      z.strictObject({
        service: z.string(),
        blue: z.string(),
        green: z.string(),
        /** Targets that each side's share of the traffic takes, where that is less than all (rolling). */
        needed: z.strictObject({ blue: z.number().int().min(0), green: z.number().int().min(0) }).optional(),
      }),
    )
    .min(1),
  weights: weightsShape,
  versions: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  /** What the gates passed; an environment without them gets no traffic. */
  proofs: z.array(gateProof),
  requires: z.array(z.enum(["health", "smoke"])),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** By service: the weights that this update makes, or that a refresh found. */
  readonly serving: Readonly<Record<string, Weights>>;
  /** Healthy targets by service and environment, when the gate passed. */
  readonly targets: Readonly<Record<string, Readonly<Record<EnvironmentName, number>>>>;
  /** ISO time. */
  readonly passedAt: string;
}

/**
 * Stands before the rules that users reach. Passes when nobody else moved their weights, the receiving environment has the proofs of
 * its gates, and its targets are all healthy and at least as many as those that serve now.
 */
export const switchGate = handler<Inputs, Outputs>({
  inputs,
  // A candidate that is deployed beside the live one moves no traffic, so a preview shows none.
  remarks: ["versions", "proofs", "intervalMs", "deadlineMs"],
  drifted: (state) => Object.values(state.serving).some((it) => !isDeepStrictEqual(it, state.weights)),
  async check(_, olds, news) {
    return { failures: trafficFaults(news, olds?.weights) };
  },
  async create(step, it) {
    return { id: "switch-gate", outputs: await pass(step, it, undefined) };
  },
  async read(step, _, state) {
    const rules = await seenRules(step, state);
    const serving = Object.fromEntries(rules.flatMap(({ service, weights }) => (weights ? [[service, weights]] : [])));
    return { serving, targets: state.targets, passedAt: state.passedAt };
  },
  async update(step, _, state, news) {
    return pass(step, news, state.serving);
  },
  async delete() {
    // A gate leaves nothing behind; the rules go with their own resources.
  },
});

async function pass(step: Step, it: Inputs, left: Outputs["serving"] | undefined): Promise<Outputs> {
  const rules = await seenRules(step, it);
  const moved = strangers(rules, left, it.weights);
  if (moved.length > 0) {
    throw new Problem({
      happened: `Somebody moved traffic: ${moved.join("; ")}.`,
      where: `the rules of ${it.listener}`,
      untouched: "Traffic was left as it is.",
      next: "find out who did (CloudTrail, event ModifyRule on the rule named above; with aws.rollback the topic tells when traffic went back by itself); `pulumi refresh` takes what serves now as the starting point, then run the update again",
    });
  }
  const targets = await receivers(step, it, rules);
  return {
    serving: Object.fromEntries(it.services.map(({ service }) => [service, it.weights])),
    targets: Object.fromEntries(
      it.services.map(({ service }, at) => {
        const seen = targets[at];
        return [service, { blue: seen?.blue.healthy ?? 0, green: seen?.green.healthy ?? 0 }];
      }),
    ),
    passedAt: new Date().toISOString(),
  };
}

/** Waits until every side that receives more than before is fit to; a side that stays unfit ends it. */
async function receivers(
  step: Step,
  it: Inputs,
  rules: readonly SeenRule[],
): Promise<Record<EnvironmentName, SeenTargets>[]> {
  const faultsIn = (all: readonly Record<EnvironmentName, SeenTargets>[]) =>
    it.services.flatMap(({ service, needed }, at) => {
      const seen = all[at];
      const before = rules.find((rule) => rule.service === service)?.weights ?? { blue: 0, green: 0 };
      const fault =
        seen === undefined ? `${service} was not read` : receivingFault(service, before, it.weights, seen, needed);
      return fault === undefined ? [] : [fault];
    });
  const targets = await poll(
    () => seenTargets(step, it),
    (all) => faultsIn(all).length === 0,
    it,
    step.signal,
  );
  const faults = faultsIn(targets);
  if (faults.length === 0) return targets;
  throw new Problem({
    happened: `Traffic was not moved: ${faults.join("; ")}.`,
    where: `the target groups behind ${it.listener}`,
    untouched: `Users are served as before: ${rules.map(sayShares).join("; ")}.`,
    next: "mend or redeploy the candidate, or give it as many tasks (where services scale by load, `pulumi refresh` has the update do that), then run the update again",
  });
}

async function seenTargets(step: Step, it: Inputs): Promise<Record<EnvironmentName, SeenTargets>[]> {
  return withLoadBalancing(it.region, async (client) => {
    const { readTargets } = await import("./readTargets.ts");
    const all: Record<EnvironmentName, SeenTargets>[] = [];
    for (const { service, blue, green } of it.services) {
      const read = (arn: string) =>
        ask(
          { doing: `tell the health of ${service}'s targets`, where: arn, untouched: "Traffic was left as it is." },
          () => readTargets(client, arn, step.signal),
        );
      all.push({ blue: await read(blue), green: await read(green) });
    }
    return all;
  });
}
