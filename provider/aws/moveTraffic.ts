import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import {
  type Action,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type EnvironmentName, environmentNames, weightsFor } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { ask, awsProblem } from "./awsProblem.ts";
import { loadBalancingClient } from "./clients.ts";
import { readRules, type SeenRule, type ServiceTargets } from "./readRules.ts";
import type { AwsServingFacts } from "./serving.ts";
import { sayShares } from "./switching.ts";
import { usersListener } from "./usersListener.ts";

/** How long it is tried and read, and how often. Milliseconds. */
export interface MovePatience {
  readonly deadlineMs: number;
  readonly intervalMs: number;
}

/** What moving traffic ended with. Epoch ms. */
export interface AwsMoved {
  /** When the last rule was written. */
  readonly writtenAt: number;
  /** When every rule was read to have the weights. */
  readonly readBackAt: number;
}

/**
 * Moves the rule of every service to one environment, in the order of `services`, and reads the rules back until they agree. Needs no
 * engine and asks nobody's leave: this is also the way back at 2 a.m. One rule that cannot be written keeps no other from being
 * written; it is tried again until the deadline.
 *
 * @param patience default: 60 s, every half second
 * @throws Problem that says what serves by then
 */
export async function moveAwsTraffic(
  facts: AwsServingFacts,
  to: EnvironmentName,
  tell: (step: string) => void,
  patience: MovePatience = { deadlineMs: 60_000, intervalMs: 500 },
): Promise<AwsMoved> {
  const client = loadBalancingClient(facts.region);
  // Not bound to anybody's patience but this: once begun, the way back is finished.
  const signal = AbortSignal.timeout(patience.deadlineMs);
  const end = Date.now() + patience.deadlineMs;
  let writtenAt = Date.now();
  let failure: unknown;
  try {
    for (;;) {
      try {
        const rules = await readRules(client, await listenerOf(client, facts, signal), facts.services, signal);
        const left = rules.filter(({ weights }) => !isDeepStrictEqual(weights, weightsFor(to)));
        if (left.length === 0) return { writtenAt, readBackAt: Date.now() };
        failure = undefined;
        for (const { service, rule } of left) {
          const targets = facts.services.find((it) => it.service === service);
          if (targets === undefined) continue;
          try {
            await writeRule(client, { rule, targets, to }, signal);
            writtenAt = Date.now();
            tell(`the rule of ${service} is written: ${to} 100 %`);
          } catch (error) {
            failure = error;
          }
        }
        // A rule that is gone is nothing to write to; the others have been written by now.
        if (left.every(({ rule }) => rule === undefined)) break;
      } catch (error) {
        failure = signal.aborted ? (failure ?? error) : error;
      }
      if (isFinal(failure) || Date.now() + patience.intervalMs > end) break;
      await pause(patience.intervalMs);
    }
    // What is told is read after the last writing, not before it.
    throw notMoved(facts, to, await rulesNow(client, facts), failure);
  } finally {
    client.destroy();
  }
}

/** Trying again does not help those without rights or credentials. */
function isFinal(failure: unknown): boolean {
  const cause = failure instanceof Problem ? failure.cause : failure;
  return (
    cause instanceof Error &&
    /AccessDenied|ExpiredToken|Credentials|UnrecognizedClient|InvalidClientToken/.test(cause.name)
  );
}

async function listenerOf(
  client: ElasticLoadBalancingV2Client,
  { listener, loadBalancer = "" }: AwsServingFacts,
  signal: AbortSignal,
): Promise<string> {
  const found = listener ?? (await usersListener(client, loadBalancer, signal));
  if (found !== undefined) return found;
  throw new Problem({ happened: `There is no load balancer ${loadBalancer} with a listener on port 443.` });
}

async function rulesNow(client: ElasticLoadBalancingV2Client, facts: AwsServingFacts): Promise<SeenRule[] | undefined> {
  const signal = AbortSignal.timeout(10_000);
  try {
    return await readRules(client, await listenerOf(client, facts, signal), facts.services, signal);
  } catch {
    return undefined;
  }
}

interface Writing {
  readonly rule: string | undefined;
  readonly targets: ServiceTargets;
  readonly to: EnvironmentName;
}

/**
 * Writes one rule as an update would, so that the next one finds it as it wants it. Other actions of the rule stay; users who stick to a
 * side do not, for they would be answered by it whatever its weight.
 */
async function writeRule(
  client: ElasticLoadBalancingV2Client,
  { rule, targets, to }: Writing,
  abortSignal: AbortSignal,
): Promise<void> {
  if (rule === undefined) {
    throw new Problem({
      happened: `No rule of the listener forwards to ${targets.service}: somebody removed it.`,
      next: "run `pulumi refresh` and `pulumi up`: they make it anew",
    });
  }
  const asked = { doing: `move the rule of ${targets.service}`, where: rule, untouched: "That rule is as it was." };
  await ask(asked, async () => {
    const { Rules = [] } = await client.send(new DescribeRulesCommand({ RuleArns: [rule] }), { abortSignal });
    const actions = Rules[0]?.Actions ?? [];
    const forward = actions.find(({ Type }) => Type === "forward");
    const arns = await groupArns(client, targets, forward, abortSignal);
    const weights = weightsFor(to);
    const sticky = forward?.ForwardConfig?.TargetGroupStickinessConfig;
    const moved: Action = {
      Type: "forward",
      ...(forward?.Order === undefined ? {} : { Order: forward.Order }),
      ForwardConfig: {
        TargetGroups: environmentNames.map((name) => ({ TargetGroupArn: arns[name], Weight: weights[name] })),
        ...(sticky === undefined ? {} : { TargetGroupStickinessConfig: { ...sticky, Enabled: false } }),
      },
    };
    const Actions = [...actions.filter(({ Type }) => Type !== "forward"), moved];
    await client.send(new ModifyRuleCommand({ RuleArn: rule, Actions }), { abortSignal });
  });
}

/** The ARNs of both target groups: from the rule where it names them, else asked for by name. */
async function groupArns(
  client: ElasticLoadBalancingV2Client,
  targets: ServiceTargets,
  forward: Action | undefined,
  abortSignal: AbortSignal,
): Promise<Record<EnvironmentName, string>> {
  const named = (forward?.ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = "" }) => TargetGroupArn);
  const arnOf = async (name: string) => {
    const known = named.find((arn) => arn.split(":targetgroup/")[1]?.split("/")[0] === name);
    if (known !== undefined) return known;
    const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({ Names: [name] }), {
      abortSignal,
    });
    return TargetGroups[0]?.TargetGroupArn ?? "";
  };
  return { blue: await arnOf(targets.blue), green: await arnOf(targets.green) };
}

function notMoved(
  facts: AwsServingFacts,
  to: EnvironmentName,
  rules: readonly SeenRule[] | undefined,
  failure: unknown,
): Problem {
  const asked = { doing: "move traffic", where: facts.region, untouched: "" };
  const why = failure === undefined ? "" : ` ${sentence(awsProblem(failure, asked)).split("\n")[0]}`;
  return new Problem({
    happened: `Traffic is not where it was asked, all to ${to}.${why}`,
    where:
      rules === undefined
        ? `what serves could not be read, ${facts.listener ?? facts.loadBalancer}, ${facts.region}`
        : `served: ${rules.map(sayShares).join("; ")}`,
    next: "run the same command again: it moves what is left; or move the rules by hand (docs/aws.md, Rollback)",
    exitCode: exitCodes.notAsAsked,
    ...(failure === undefined ? {} : { cause: failure }),
  });
}
