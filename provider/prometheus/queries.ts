import type { EnvironmentName } from "../../release/environment.ts";

/** What a service is asked and answers, in the words of PromQL; each gives one value. `$window` stands for the stretch of time. */
export interface TrafficQueries {
  /** Requests in the window. */
  readonly requests: string;
  /** Those that failed: 5xx and those that got no answer. */
  readonly errors: string;
  /** The 95th percentile of answer times, seconds. */
  readonly p95: string;
}

/** What stands for what in a query. */
export interface QueryNames {
  readonly namespace: string;
  /** Name of the Service that users' requests go to. */
  readonly service: string;
  readonly port: number;
  /** The side whose requests are meant. */
  readonly environment: EnvironmentName;
  /** Name of the Deployment that is meant, where the Service leads to those of both sides. */
  readonly workload?: string | undefined;
}

/** Whose counters are read; `own` says that the team's own queries are. */
export const ingressKinds = ["envoy", "nginx", "istio", "own"] as const;

/** An ingress by whose counters services are judged. */
export type Ingress =
  | {
      readonly kind: "envoy";
      /** What it calls the cluster of a Service, with words that stand for its parts. */
      readonly cluster: string;
    }
  | { readonly kind: "nginx" | "istio" }
  | ({ readonly kind: "own" } & TrafficQueries);

/** Words that a query of the team's own may use. */
export const queryWords = ["namespace", "service", "port", "environment", "window"] as const;

/** Ingresses by whose counters the sides of one Service can be told apart. Source: the label destination_workload of Istio's standard metrics. */
export const tellsSides: readonly (typeof ingressKinds)[number][] = ["istio", "own"];

/** Whether a query of the team's own says which side it is of. */
export function namesEnvironment(query: string): boolean {
  return /\$environment(?![a-z])/.test(query);
}

/** As Contour calls a Service's cluster. */
export const clusterOfContour = "$namespace_$service_$port";

const nginx = (metric: string, more = "") =>
  // A Prometheus that keeps its own labels calls those of the ingress exported_….
  ["", "exported_"]
    .map((of) => `${metric}{${of}namespace="$namespace",${of}service="$service"${more}}[$window]`)
    .map((series) => `increase(${series})`)
    .join(" or ");
const istio =
  (workload: string | undefined) =>
  (metric: string, more = "") =>
    `increase(${metric}{reporter="source",destination_service_namespace="$namespace",destination_service_name="$service"${workload === undefined ? "" : `,destination_workload="${workload}"`}${more}}[$window])`;
const envoy =
  (cluster: string) =>
  (metric: string, more = "") =>
    `increase(${metric}{envoy_cluster_name="${cluster}"${more}}[$window])`;

/** Milliseconds of a metric as seconds. */
const inSeconds = (query: string) => `${query} / 1000`;
const p95Of = (buckets: string) => `histogram_quantile(0.95, sum by (le) (${buckets}))`;

function templatesOf(ingress: Ingress, workload: string | undefined): TrafficQueries {
  switch (ingress.kind) {
    case "envoy": {
      const of = envoy(ingress.cluster);
      return {
        requests: `sum(${of("envoy_cluster_upstream_rq_completed")})`,
        // Envoy counts an answer of its own, such as "no healthy upstream", among these too.
        errors: `sum(${of("envoy_cluster_upstream_rq_xx", ',envoy_response_code_class="5"')})`,
        p95: inSeconds(p95Of(of("envoy_cluster_upstream_rq_time_bucket"))),
      };
    }
    case "nginx":
      return {
        requests: `sum(${nginx("nginx_ingress_controller_requests")})`,
        errors: `sum(${nginx("nginx_ingress_controller_requests", ',status=~"5.."')})`,
        p95: p95Of(nginx("nginx_ingress_controller_request_duration_seconds_bucket")),
      };
    case "istio": {
      const of = istio(workload);
      return {
        requests: `sum(${of("istio_requests_total")})`,
        errors: `sum(${of("istio_requests_total", ',response_code=~"5.."')})`,
        p95: inSeconds(p95Of(of("istio_request_duration_milliseconds_bucket"))),
      };
    }
    case "own":
      return ingress;
  }
}

/** The queries of one Service; `$window` is left for whoever asks. */
export function queriesOf(ingress: Ingress, names: QueryNames): TrafficQueries {
  const { workload, port, ...words } = names;
  const { requests, errors, p95 } = templatesOf(ingress, workload);
  const filled = (query: string) => fill(query, { ...words, port: String(port) });
  return { requests: filled(requests), errors: filled(errors), p95: filled(p95) };
}

/** Puts values in the place of words. What is no word of ours stays: a `$` may end a pattern. */
export function fill(query: string, values: Readonly<Record<string, string>>): string {
  return query.replace(/\$([a-z]+)(?![a-z])/g, (whole, word: string) =>
    Object.hasOwn(values, word) ? (values[word] ?? whole) : whole,
  );
}

/** Words of a query that stand for nothing. */
export function unknownWords(query: string, known: readonly string[]): string[] {
  return [...query.matchAll(/\$([a-z]+)(?![a-z])/g)].flatMap(([, word = ""]) => (known.includes(word) ? [] : [word]));
}
