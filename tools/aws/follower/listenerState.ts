import {
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Rule,
  TargetHealthStateEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Testers } from "../../../provider/local/envoy/routes.ts";
import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
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
  const [rules, blue, green] = await Promise.all([
    it.ruleArn === undefined ? [] : rulesBeside(elb, it.ruleArn),
    receivers(elb, it.groups.blue),
    receivers(elb, it.groups.green),
  ]);
  const testers = testersOf(rules, it);
  const weights = weightsOf(
    rules.find(({ RuleArn }) => RuleArn === it.ruleArn),
    it,
  );
  return { weights, ports: { blue, green }, ...(testers === undefined ? {} : { testers }) };
}

/** All rules of the listener that a rule is of. */
async function rulesBeside(elb: ElasticLoadBalancingV2Client, ruleArn: string): Promise<Rule[]> {
  const ListenerArn = ruleArn.replace(":listener-rule/", ":listener/").replace(/\/[^/]+$/, "");
  return (await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules ?? [];
}

function weightsOf(rule: Rule | undefined, { groups: { blue, green } }: FollowedService): ServiceState["weights"] {
  const action = rule?.Actions?.find(({ Type: type }) => type === "forward");
  const groups = action?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action?.TargetGroupArn, Weight: 1 }];
  const weight = (arn: string) => groups.find(({ TargetGroupArn: group }) => group === arn)?.Weight ?? 0;
  const [inBlue, inGreen] = [weight(blue), weight(green)];
  if (inBlue + inGreen === 0) return none;
  const share = Math.round((100 * inBlue) / (inBlue + inGreen));
  return { blue: share, green: 100 - share };
}

/**
 * By which header rules of the same listener lead testers to a service's sides. Envoys here know one header, whose value is the side; AWS
 * takes the value in any case, which is not played.
 */
function testersOf(rules: readonly Rule[], { groups }: FollowedService): Testers | undefined {
  const asked = rules.flatMap(({ Conditions = [], Actions = [] }) => {
    const config = Conditions.find(({ Field }) => Field === "http-header")?.HttpHeaderConfig;
    const side = environmentNames.find((name) => config?.Values?.length === 1 && config.Values[0] === name);
    const leads = Actions.some(({ TargetGroupArn }) => side !== undefined && TargetGroupArn === groups[side]);
    return side !== undefined && leads ? [{ header: config?.HttpHeaderName ?? "", side }] : [];
  });
  const header = asked[0]?.header;
  if (header === undefined) return undefined;
  const sides = environmentNames.filter((name) => asked.some((it) => it.side === name && it.header === header));
  return { header: header.toLowerCase(), sides, counted: true };
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
