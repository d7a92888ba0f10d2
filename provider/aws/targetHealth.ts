import { DescribeTargetGroupsCommand, TargetGroupNotFoundException } from "@aws-sdk/client-elastic-load-balancing-v2";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { ask } from "./awsProblem.ts";
import { loadBalancingClient } from "./clients.ts";
import { readTargets, type SeenTargets } from "./readTargets.ts";
import type { AwsServingFacts } from "./serving.ts";

/** Targets of a service in each environment; undefined where it has no target group. */
export type TargetsBySide = Readonly<Record<EnvironmentName, SeenTargets | undefined>>;

/** Reads the health of every service's targets in both environments, by the target groups' names. @throws Problem when AWS does not say */
export async function readTargetHealth(
  facts: AwsServingFacts,
  signal: AbortSignal,
): Promise<Readonly<Record<string, TargetsBySide>>> {
  const client = loadBalancingClient(facts.region);
  const asked = {
    doing: "tell the health of the targets",
    where: `target groups, ${facts.region}`,
    untouched: "Nothing was changed.",
  };
  const read = async (name: string): Promise<SeenTargets | undefined> => {
    try {
      const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({ Names: [name] }), {
        abortSignal: signal,
      });
      const arn = TargetGroups[0]?.TargetGroupArn;
      return arn === undefined ? undefined : await readTargets(client, arn, signal);
    } catch (error) {
      if (error instanceof TargetGroupNotFoundException) return undefined;
      throw error;
    }
  };
  try {
    return await ask(asked, async () => {
      const found: Record<string, TargetsBySide> = {};
      for (const it of facts.services) {
        const [blue, green] = await Promise.all(environmentNames.map((name) => read(it[name])));
        found[it.service] = { blue, green };
      }
      return found;
    });
  } finally {
    client.destroy();
  }
}

/** Healthy targets of all services in one environment together. @throws Problem when AWS does not say */
export async function healthyTargets(
  facts: AwsServingFacts,
  environment: EnvironmentName,
  signal: AbortSignal,
): Promise<{ readonly healthy: number; readonly of: number }> {
  const seen = Object.values(await readTargetHealth(facts, signal)).map((sides) => sides[environment]);
  return {
    healthy: seen.reduce((sum, it) => sum + (it?.healthy ?? 0), 0),
    of: seen.reduce((sum, it) => sum + (it?.of ?? 0), 0),
  };
}
