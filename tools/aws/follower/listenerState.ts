import {
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  TargetHealthStateEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { ServiceState } from "../../follower/serviceState.ts";

/** One service behind the load balancer: the rule that holds its weights, and its two groups. */
export interface FollowedService {
  readonly name: string;
  readonly ruleArn: string;
  readonly groups: Readonly<Record<EnvironmentName, string>>;
}

/** Reads a rule's weights and the health of its targets, as a load balancer's nodes are told them. */
export async function readState(elb: ElasticLoadBalancingV2Client, it: FollowedService): Promise<ServiceState> {
  const [rules, blue, green] = await Promise.all([
    elb.send(new DescribeRulesCommand({ RuleArns: [it.ruleArn] })),
    receivers(elb, it.groups.blue),
    receivers(elb, it.groups.green),
  ]);
  const action = rules.Rules?.[0]?.Actions?.find(({ Type: type }) => type === "forward");
  const groups = action?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action?.TargetGroupArn, Weight: 1 }];
  const weight = (arn: string) => groups.find(({ TargetGroupArn: group }) => group === arn)?.Weight ?? 0;
  const [inBlue, inGreen] = [weight(it.groups.blue), weight(it.groups.green)];
  const share = inBlue + inGreen === 0 ? undefined : Math.round((100 * inBlue) / (inBlue + inGreen));
  const weights = share === undefined ? { blue: 0, green: 0 } : { blue: share, green: 100 - share };
  return { weights, ports: { blue, green } };
}

/** Healthy targets; where none is, all that are not draining: a load balancer fails open. */
async function receivers(elb: ElasticLoadBalancingV2Client, group: string): Promise<number[]> {
  const { TargetHealthDescriptions: all = [] } = await elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: group }),
  );
  const portsWhere = (...states: string[]) =>
    all
      .filter(({ TargetHealth: health }) => states.includes(health?.State ?? ""))
      .flatMap(({ Target: target }) => target?.Port ?? []);
  const healthy = portsWhere(TargetHealthStateEnum.HEALTHY);
  const ports =
    healthy.length > 0 ? healthy : portsWhere(TargetHealthStateEnum.INITIAL, TargetHealthStateEnum.UNHEALTHY);
  return ports.sort((a, b) => a - b);
}
