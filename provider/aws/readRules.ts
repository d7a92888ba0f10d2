import {
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { environmentNames, isEnvironmentName, type Weights } from "../../release/environment.ts";

/** Which target groups a service has; either by ARN, or by name where no ARN is known. */
export interface ServiceTargets {
  readonly service: string;
  readonly blue: string;
  readonly green: string;
}

/** A service's rule on the users' listener, as it is now. */
export interface SeenRule {
  readonly service: string;
  /** Undefined when no rule of the listener forwards to the service. */
  readonly rule: string | undefined;
  /** Shares in percent; what goes to neither environment makes them sum to less than 100. */
  readonly weights: Weights | undefined;
}

/** Reads the rules of a listener that forward to the given services. */
export async function readRules(
  client: ElasticLoadBalancingV2Client,
  listener: string,
  services: readonly ServiceTargets[],
  signal: AbortSignal,
): Promise<SeenRule[]> {
  const rules: Rule[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(
      new DescribeRulesCommand({ ListenerArn: listener, ...(Marker === undefined ? {} : { Marker }) }),
      { abortSignal: signal },
    );
    rules.push(...(page.Rules ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined && Marker !== "");
  return services.map((it) => seenRule(rules, it));
}

function seenRule(rules: readonly Rule[], it: ServiceTargets): SeenRule {
  for (const rule of rules) {
    if (isTesters(rule)) continue;
    const weights = sharesByEnvironment(sharesOf(rule), it);
    if (weights !== undefined) return { service: it.service, rule: rule.RuleArn, weights };
  }
  return { service: it.service, rule: undefined, weights: undefined };
}

/**
 * Whether a rule is testers': it takes only what asks for a side by a header, so users never go by it, wherever it leads. Were one that
 * somebody had lead elsewhere read as the service's, a way back would write it and leave users where they are.
 */
function isTesters({ Conditions = [] }: Rule): boolean {
  return Conditions.some(({ Field, HttpHeaderConfig }) => {
    const [value, ...more] = Field === "http-header" ? (HttpHeaderConfig?.Values ?? []) : [];
    return more.length === 0 && isEnvironmentName(value);
  });
}

interface Share {
  readonly targetGroup: string;
  readonly weight: number;
}

function sharesOf(rule: Rule): Share[] {
  return (rule.Actions ?? []).flatMap((action) => {
    const groups = action.ForwardConfig?.TargetGroups ?? [];
    if (groups.length > 0) {
      // A forward to one target group alone has no weight that means anything.
      return groups.map((it) => ({
        targetGroup: it.TargetGroupArn ?? "",
        weight: groups.length === 1 ? 1 : (it.Weight ?? 1),
      }));
    }
    return action.TargetGroupArn === undefined ? [] : [{ targetGroup: action.TargetGroupArn, weight: 1 }];
  });
}

/** Percent by environment; undefined when neither environment is among the shares. */
export function sharesByEnvironment(shares: readonly Share[], it: ServiceTargets): Weights | undefined {
  const own = (name: "blue" | "green") => shares.filter(({ targetGroup }) => isTargetGroup(targetGroup, it[name]));
  if (environmentNames.every((name) => own(name).length === 0)) return undefined;
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  const percent = (name: "blue" | "green") =>
    total === 0 ? 0 : Math.round((100 * own(name).reduce((sum, { weight }) => sum + weight, 0)) / total);
  return { blue: percent("blue"), green: percent("green") };
}

/** Whether an ARN is of the target group meant, which is named by ARN or by name. */
function isTargetGroup(arn: string, meant: string): boolean {
  return arn === meant || (!meant.startsWith("arn:") && arn.split(":targetgroup/")[1]?.split("/")[0] === meant);
}
