import { fill, type TrafficQueries } from "../../provider/prometheus/queries.ts";
import type { CountedQueries } from "../../provider/prometheus/watching.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import { milliseconds, percent } from "../../release/wording.ts";
import { objectName } from "./names.ts";
import type { KubernetesSettings } from "./settings.ts";

/** An alerting rule as Prometheus takes it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The side that is counted; undefined where both are counted as one. */
type Side = EnvironmentName | undefined;

/** What an alert of a stack's own says. */
const kinds = ["errors", "slow"] as const;
type Kind = (typeof kinds)[number];

/** A stack as its alerts are named after it: other namespaces' alerts are in the same Prometheus. */
type Stack = Pick<KubernetesSettings, "namespace" | "name">;

function alertName({ namespace, name }: Stack, service: string, environment: Side, kind: Kind): string {
  return `${namespace}-${objectName(name, service, environment)}-${kind}`;
}

/** Names of the alerts that a stack makes of one side. */
export function ownAlerts(stack: Stack, services: readonly string[], side: Side): string[] {
  return services.flatMap((service) => kinds.map((kind) => alertName(stack, service, side, kind)));
}

/** The rules by which a service is a no-go, over the windows of the thresholds; with fewer requests than a verdict needs none fires. */
function alertRules(
  stack: Stack,
  { service, side, queries }: { readonly service: string; readonly side: Side; readonly queries: TrafficQueries },
  { errorRate, p95, minRequests }: Thresholds,
): AlertRule[] {
  const over = (query: string, ms: number) => `(${fill(query, { window: `${ms}ms` })})`;
  const rule = (kind: Kind, expr: string, summary: string): AlertRule => ({
    alert: alertName(stack, service, side, kind),
    expr,
    labels: { severity: "critical", stack: stack.name, service, ...(side === undefined ? {} : { environment: side }) },
    annotations: { summary },
  });
  const where = side === undefined ? service : `${service} in ${side}`;
  const [errorFor, p95For] = [errorRate.for, p95.for];
  return [
    rule(
      "errors",
      `${over(queries.errors, errorFor)} / ${over(queries.requests, errorFor)} > ${errorRate.max} and ${over(queries.requests, errorFor)} >= ${minRequests}`,
      `More than ${percent(errorRate.max)} of the requests to ${where} fail.`,
    ),
    rule(
      "slow",
      `${over(queries.p95, p95For)} > ${p95.maxMs / 1_000} and ${over(queries.requests, p95For)} >= ${minRequests}`,
      `The 95th percentile of ${where} is over ${milliseconds(p95.maxMs)}.`,
    ),
  ];
}

/** The rules of all services of a stack, as alerts that fire while nobody watches. */
export function rulesOfStack(stack: Stack, thresholds: Thresholds, it: CountedQueries): AlertRule[] {
  const sides: readonly Side[] = it.byEnvironment ? environmentNames : [undefined];
  return sides.flatMap((side) =>
    Object.entries(it.queries[side ?? "blue"]).flatMap(([service, queries]) =>
      alertRules(stack, { service, side, queries }, thresholds),
    ),
  );
}
