import { resolve } from "node:path";
import type { Settings } from "../../config.ts";
import { clusterOfContour, type Ingress, namesEnvironment, queriesOf } from "../../provider/prometheus/queries.ts";
import type { PrometheusWatching } from "../../provider/prometheus/watching.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { ownAlerts } from "./alertRules.ts";
import { objectName } from "./names.ts";
import type { PrometheusSettings } from "./prometheusSettings.ts";
import { ledByOf } from "./serving.ts";

/** Undefined where the settings name no Prometheus. */
export function watchFactsOf(project: string, settings: Settings): PrometheusWatching | undefined {
  const { kubernetes, services } = settings;
  const prometheus = kubernetes?.prometheus;
  if (kubernetes === undefined || prometheus === undefined) return undefined;
  const ingress = ingressOf(prometheus);
  const ledBy = ledByOf(settings, kubernetes);
  const byEnvironment = ledBy !== "side" || (ingress.kind === "own" && namesEnvironment(ingress.requests));
  const queries = (environment: EnvironmentName) =>
    Object.fromEntries(
      Object.entries(services).map(([service, { port }]) => {
        const own = objectName(kubernetes.name, service, environment);
        return [
          service,
          queriesOf(ingress, {
            namespace: kubernetes.namespace,
            service: ledBy === "route" ? own : objectName(kubernetes.name, service),
            port,
            environment,
            workload: ledBy === "pods" ? own : undefined,
          }),
        ];
      }),
    );
  const alerts = (environment: EnvironmentName) => [
    ...prometheus.alerts,
    ...(prometheus.rule === undefined
      ? []
      : ownAlerts(kubernetes, Object.keys(services), byEnvironment ? environment : undefined)),
  ];
  return {
    access: {
      url: prometheus.url,
      headers: prometheus.headers,
      ...(prometheus.ca === undefined ? {} : { ca: resolve(project, prometheus.ca) }),
      ...(prometheus.tokenFrom === undefined ? {} : { tokenFrom: prometheus.tokenFrom }),
    },
    queries: { blue: queries("blue"), green: queries("green") },
    byEnvironment,
    database: prometheus.database,
    alerts: { blue: alerts("blue"), green: alerts("green") },
    everyMs: prometheus.every,
    settleMs: prometheus.settle,
  };
}

function ingressOf({ ingress, cluster = clusterOfContour, queries }: PrometheusSettings): Ingress {
  if (ingress === "envoy") return { kind: ingress, cluster };
  if (ingress !== "own") return { kind: ingress };
  if (queries === undefined) throw new Error("greenlight:kubernetes.prometheus.queries is missing");
  return { kind: ingress, ...queries };
}
