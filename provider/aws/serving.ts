import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type EnvironmentName, environmentNames, servesAll } from "../../release/environment.ts";
import { ask } from "./awsProblem.ts";
import type { SeenRule } from "./readRules.ts";

/** Where what serves is read on AWS. Plain facts: names and ARNs that the settings say. */
export const awsServingFacts = z.strictObject({
  region: z.string(),
  /** ARN of the listener that users reach; either this or the load balancer's name. */
  listener: z.string().optional(),
  /** Name of a load balancer whose listener on port 443 users reach. */
  loadBalancer: z.string().optional(),
  /** Names of each service's target groups. */
  services: z.array(z.strictObject({ service: z.string(), blue: z.string(), green: z.string() })).min(1),
});
export type AwsServingFacts = z.infer<typeof awsServingFacts>;

export interface AwsServing {
  readonly readAt: Date;
  readonly rules: readonly SeenRule[];
  /** The environment that takes all traffic of all services, if one does. */
  readonly environment: EnvironmentName | undefined;
}

/** Reads the weights of the rules that users reach. A load balancer that is not there serves nobody. @throws Problem when AWS does not say */
export async function readAwsServing(facts: AwsServingFacts, signal: AbortSignal): Promise<AwsServing> {
  const [{ loadBalancingClient }, { readRules }, { usersListener }] = await Promise.all([
    import("./clients.ts"),
    import("./readRules.ts"),
    import("./usersListener.ts"),
  ]);
  const client = loadBalancingClient(facts.region);
  const asked = {
    doing: "tell what serves",
    where: facts.listener ?? `load balancer ${facts.loadBalancer}, ${facts.region}`,
    untouched: "Nothing was changed.",
  };
  try {
    const rules = await ask(asked, async () => {
      const listener = facts.listener ?? (await usersListener(client, facts.loadBalancer ?? "", signal));
      if (listener === undefined) {
        return facts.services.map(({ service }) => ({ service, rule: undefined, weights: undefined }));
      }
      return readRules(client, listener, facts.services, signal);
    });
    const first = rules[0]?.weights;
    const agree = first !== undefined && rules.every(({ weights }) => isDeepStrictEqual(weights, first));
    return { readAt: new Date(), rules, environment: agree ? servesAll(first) : undefined };
  } finally {
    client.destroy();
  }
}

/** Environments with a share of any service's traffic. */
export function environmentsServing({ rules }: Pick<AwsServing, "rules">): EnvironmentName[] {
  return environmentNames.filter((name) => rules.some(({ weights }) => (weights?.[name] ?? 0) > 0));
}
