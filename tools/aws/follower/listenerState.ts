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
  /** Undefined while there is none: then nobody is sent anywhere. */
  readonly ruleArn: string | undefined;
  readonly groups: Readonly<Record<EnvironmentName, string>>;
}

const none = { blue: 0, green: 0 };

/** Reads a rule's weights and the health of its targets, as a load balancer's nodes are told them. */
export async function readState(elb: ElasticLoadBalancingV2Client, it: FollowedService): Promise<ServiceState> {
  const [weights, blue, green] = await Promise.all([
    it.ruleArn === undefined ? none : readWeights(elb, it.ruleArn, it.groups),
    receivers(elb, it.groups.blue),
    receivers(elb, it.groups.green),
  ]);
  return { weights, ports: { blue, green } };
}

async function readWeights(
  elb: ElasticLoadBalancingV2Client,
  ruleArn: string,
  { blue, green }: FollowedService["groups"],
): Promise<ServiceState["weights"]> {
  const { Rules: rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
  const action = rules?.[0]?.Actions?.find(({ Type: type }) => type === "forward");
  const groups = action?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action?.TargetGroupArn, Weight: 1 }];
  const weight = (arn: string) => groups.find(({ TargetGroupArn: group }) => group === arn)?.Weight ?? 0;
  const [inBlue, inGreen] = [weight(blue), weight(green)];
  if (inBlue + inGreen === 0) return none;
  const share = Math.round((100 * inBlue) / (inBlue + inGreen));
  return { blue: share, green: 100 - share };
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
