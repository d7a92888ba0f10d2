import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** The targets of a target group, in the load balancer's own eyes. */
export interface SeenTargets {
  /** Targets that get or would get requests; those that are draining are none. */
  readonly of: number;
  readonly healthy: number;
  /** Why the others are not healthy, in the load balancer's words. */
  readonly reasons: readonly string[];
}

/** Reads the health of a target group's targets. */
export async function readTargets(
  client: ElasticLoadBalancingV2Client,
  targetGroup: string,
  signal: AbortSignal,
): Promise<SeenTargets> {
  const { TargetHealthDescriptions = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }),
    { abortSignal: signal },
  );
  const counted = TargetHealthDescriptions.filter((it) => it.TargetHealth?.State !== "draining");
  const sick = counted.filter((it) => it.TargetHealth?.State !== "healthy");
  return {
    of: counted.length,
    healthy: counted.length - sick.length,
    reasons: sick.map(({ Target, TargetHealth }) => {
      const why = TargetHealth?.Description ?? TargetHealth?.Reason;
      return `${Target?.Id ?? "a target"} is ${TargetHealth?.State ?? "in no known state"}${why === undefined ? "" : `: ${why}`}`;
    }),
  };
}
