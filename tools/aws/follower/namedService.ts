import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { FollowedService } from "./listenerState.ts";

/** One service behind the load balancer by names: it need not be there yet. */
export interface NamedService {
  readonly name: string;
  readonly loadBalancer: string;
  /** Names of its target groups. */
  readonly groups: Readonly<Record<EnvironmentName, string>>;
}

/** Finds what there is of a service: undefined before its groups are there; its rule is the one that weighs both of them. */
export async function locate(
  elb: ElasticLoadBalancingV2Client,
  it: NamedService,
): Promise<FollowedService | undefined> {
  const groups = await unlessMissing(groupsOf(elb, it.groups));
  if (groups === undefined) return undefined;
  return { name: it.name, groups, ruleArn: await unlessMissing(ruleOf(elb, it.loadBalancer, groups)) };
}

async function groupsOf(
  elb: ElasticLoadBalancingV2Client,
  { blue, green }: NamedService["groups"],
): Promise<FollowedService["groups"] | undefined> {
  const { TargetGroups: found = [] } = await elb.send(new DescribeTargetGroupsCommand({ Names: [blue, green] }));
  const arn = (name: string) => found.find(({ TargetGroupName }) => TargetGroupName === name)?.TargetGroupArn;
  const [ofBlue, ofGreen] = [arn(blue), arn(green)];
  return ofBlue === undefined || ofGreen === undefined ? undefined : { blue: ofBlue, green: ofGreen };
}

async function ruleOf(
  elb: ElasticLoadBalancingV2Client,
  loadBalancer: string,
  { blue, green }: FollowedService["groups"],
): Promise<string | undefined> {
  const { LoadBalancers: [balancer] = [] } = await elb.send(
    new DescribeLoadBalancersCommand({ Names: [loadBalancer] }),
  );
  const { Listeners: listeners = [] } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: balancer?.LoadBalancerArn }),
  );
  for (const { ListenerArn } of listeners) {
    const { Rules: rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
    const rule = rules.find(({ Actions: actions = [] }) => {
      const arns = actions.flatMap(({ ForwardConfig: forward }) => forward?.TargetGroups ?? []);
      return [blue, green].every((arn) => arns.some(({ TargetGroupArn }) => TargetGroupArn === arn));
    });
    if (rule !== undefined) return rule.RuleArn;
  }
  return undefined;
}

/** What is asked for by name and is not there is an error of its own kind. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && /NotFound/.test(error.name)) return undefined;
    throw error;
  }
}
