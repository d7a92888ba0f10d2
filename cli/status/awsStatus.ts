import { pagesFactsOf, servingFactsOf } from "../../components/aws/serving.ts";
import type { Settings } from "../../config.ts";
import { isSharedAsAsked, sayAskedTraffic } from "../../project/askedTraffic.ts";
import { readPagesServed } from "../../provider/aws/frontend/pagesServed.ts";
import { readAwsServing } from "../../provider/aws/serving.ts";
import { sayShares } from "../../provider/aws/switching.ts";
import type { TargetsBySide } from "../../provider/aws/targetHealth.ts";
import { type EnvironmentName, environmentNames, type Weights } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/** What `greenlight status --json` prints for a stack on AWS: what serves, as its rules say. The rest is not offered there yet. */
export interface AwsStatus {
  readonly ok: boolean;
  readonly project: string;
  readonly stack: string;
  readonly platform: "aws";
  readonly readAt: string;
  /** Why it is not ok: a sentence each. */
  readonly reasons: readonly string[];
  readonly serves: {
    readonly environment: EnvironmentName | null;
    /** By service; null for a service without a rule. Null as a whole where AWS did not say. */
    readonly weights: Readonly<Record<string, Weights | null>> | null;
  };
  /** Targets by service and environment, in the load balancer's eyes; null where there are none, or AWS did not say. */
  readonly targets: Readonly<Record<string, Readonly<Record<EnvironmentName, TargetCount | null>>>> | null;
  /** Which version's pages users are led to; null where the store names none, or AWS did not say. Null as a whole for a stack without pages. */
  readonly pages: { readonly version: string | null } | null;
  readonly asked: {
    readonly environment: EnvironmentName;
    readonly version: string | null;
    /** Percent of users' requests that the other environment is to answer. */
    readonly share: number;
  };
  /** What a status has elsewhere, and has not here. */
  readonly notOffered: readonly string[];
}

interface TargetCount {
  readonly healthy: number;
  readonly of: number;
}

/** Parts of a status that nobody reads from AWS yet. */
const notOffered = ["versions", "alarms", "since", "wayBack"] as const;

/**
 * Reads what serves from the load balancer's rules, and the health of the targets, without the engine. What AWS does not
 * say is null with its reason, and the status is not ok; what it did say is told all the same.
 */
export async function readAwsStatus(context: Context, settings: Settings, signal: AbortSignal): Promise<AwsStatus> {
  const facts = servingFactsOf(context.stack, settings);
  if (facts === undefined) throw new Error("greenlight:aws is missing");
  const { readTargetHealth } = await import("../../provider/aws/targetHealth.ts");
  const pagesFacts = pagesFactsOf(context.stack, settings);
  const [serving, health, pages] = await Promise.allSettled([
    readAwsServing(facts, signal),
    readTargetHealth(facts, signal),
    pagesFacts === undefined ? undefined : readPagesServed(pagesFacts, signal),
  ]);
  signal.throwIfAborted();
  const rules = serving.status === "fulfilled" ? serving.value.rules : [];
  const environment = serving.status === "fulfilled" ? serving.value.environment : undefined;
  const targets = health.status === "fulfilled" ? health.value : undefined;
  const reasons = [
    ...(serving.status === "fulfilled" ? servingReasons(settings, rules, environment) : [sentence(serving.reason)]),
    ...(health.status === "fulfilled" ? sicknesses(rules, health.value) : [sentence(health.reason)]),
    ...(pages.status === "rejected" ? [sentence(pages.reason)] : []),
    ...(pages.status === "fulfilled" && pagesFacts !== undefined
      ? pagesReasons(settings, pages.value, environment)
      : []),
  ];
  return {
    ok: reasons.length === 0,
    project: context.projectName,
    stack: context.stack,
    platform: "aws",
    readAt: (serving.status === "fulfilled" ? serving.value.readAt : new Date()).toISOString(),
    reasons,
    serves: {
      environment: environment ?? null,
      weights:
        serving.status === "fulfilled"
          ? Object.fromEntries(rules.map(({ service, weights }) => [service, weights ?? null]))
          : null,
    },
    targets: targets === undefined ? null : countsOf(targets),
    pages: pagesFacts === undefined ? null : { version: (pages.status === "fulfilled" && pages.value) || null },
    asked: { environment: settings.live, version: settings[settings.live] ?? null, share: settings.share },
    notOffered,
  };
}

type Rules = Awaited<ReturnType<typeof readAwsServing>>["rules"];
type Health = Readonly<Record<string, TargetsBySide>>;

/** Why what serves is not what the settings ask for; empty when it is. */
function servingReasons(settings: Settings, rules: Rules, environment: EnvironmentName | undefined): string[] {
  if (rules.every(({ weights }) => weights === undefined))
    return ["Nothing serves: no rule of the load balancer forwards to this stack."];
  const weights = rules.map((it) => it.weights);
  if (isSharedAsAsked(weights, settings) || (environment === settings.live && settings.share === 0)) return [];
  return [`The settings ask for ${sayAskedTraffic(settings)}; users are served ${rules.map(sayShares).join("; ")}.`];
}

/** Pages go with the side that serves; while traffic is shared, with the one that the settings call live. */
function pagesReasons(settings: Settings, pages: string | undefined, environment: EnvironmentName | undefined) {
  const side = environment ?? settings.live;
  if (pages === settings[side]) return [];
  const serves = `${side} ${settings[side] ?? "without a version"} serves`;
  return [pages === undefined ? `No pages are served; ${serves}.` : `The pages are those of ${pages}; ${serves}.`];
}

function sicknesses(rules: Rules, health: Health): string[] {
  return rules.flatMap(({ service, weights }) =>
    environmentNames
      .filter((name) => (weights?.[name] ?? 0) > 0)
      .flatMap((name) => sickness(service, name, health[service])),
  );
}

/** Why a side that serves is not well; empty when all of its targets are healthy. */
function sickness(service: string, environment: EnvironmentName, targets: TargetsBySide | undefined): string[] {
  const seen = targets?.[environment];
  if (seen === undefined || seen.of === 0) return [`${environment} serves ${service} and has no target for it.`];
  if (seen.healthy === seen.of) return [];
  const why = seen.reasons[0] === undefined ? "" : ` (${seen.reasons[0]})`;
  return [`${seen.healthy} of ${seen.of} targets of ${service} in ${environment} are healthy${why}.`];
}

function countsOf(health: Health): NonNullable<AwsStatus["targets"]> {
  return Object.fromEntries(
    Object.entries(health).map(([service, { blue, green }]) => [
      service,
      { blue: countOf(blue), green: countOf(green) },
    ]),
  );
}

function countOf(seen: TargetsBySide[EnvironmentName]): TargetCount | null {
  return seen === undefined ? null : { healthy: seen.healthy, of: seen.of };
}

/** The status in words. */
export function awsStatusText({ ok, serves, targets, pages, asked, reasons, readAt }: AwsStatus): string {
  const weights = Object.entries(serves.weights ?? {}).map(([service, it]) =>
    sayShares({ service, rule: undefined, weights: it ?? undefined }),
  );
  return [
    `${ok ? "✓" : "✗"} ${sayServes(serves)} (read back ${readAt.slice(11, 19)})`,
    ...(weights.length === 0 ? [] : [`  rules      ${weights.join("; ")}`]),
    ...(targets === null ? [] : environmentNames.map((name) => `  ${name.padEnd(10)} ${sayTargets(targets, name)}`)),
    ...(pages === null ? [] : [`  pages      ${pages.version ?? "not known"}`]),
    `  asked      ${asked.environment} ${asked.version ?? "without a version"}${asked.share === 0 ? "" : `, and ${asked.share} % to the other side`}`,
    ...reasons.map((it) => `  because    ${it}`),
    `  not offered on aws yet: ${notOffered.join(", ")}; see the stack's alarms and dashboard (docs/aws.md)`,
  ].join("\n");
}

function sayServes({ environment, weights }: AwsStatus["serves"]): string {
  if (weights === null) return "what serves is not known";
  return environment === null ? "no environment has all traffic" : `${environment} serves 100 %`;
}

function sayTargets(targets: NonNullable<AwsStatus["targets"]>, name: EnvironmentName): string {
  const counts = Object.entries(targets).map(([service, it]) => {
    const count = it[name];
    return `${service} ${count === null ? "has no target group" : `${count.healthy} of ${count.of} targets healthy`}`;
  });
  return counts.join("; ");
}
