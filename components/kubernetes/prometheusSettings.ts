import { z } from "zod";
import { duration, group, path, text } from "../../project/settingKinds.ts";
import { clusterOfContour, ingressKinds } from "../../provider/prometheus/queries.ts";

const query = (example: string) =>
  text(`a query in PromQL of at most 2000 characters, such as ${example}`, /^[^\p{Cc}]{1,2000}$/u);

const headersExpected = "headers by name, such as { X-Scope-OrgID: shop }";
const labelsExpected = "labels by name, such as { release: prometheus }";
const alertsExpected = "a list of at most 50 names of alerting rules";
const ingressExpected = `${ingressKinds.slice(0, -1).join(", ")} or ${ingressKinds.at(-1)}`;

/** Where the requests of users are counted; the group `greenlight:kubernetes.prometheus`. */
export const prometheusSettings = group(
  {
    url: text(
      "an address such as https://prometheus.shop.example",
      /^https?:\/\/[A-Za-z0-9.:[\]-]{1,253}(\/[A-Za-z0-9._~%/-]{0,500})?$/,
    ).describe(
      "Where its HTTP API is reached from where `greenlight` runs; Thanos, Mimir and VictoriaMetrics speak it too.",
    ),
    ca: text("a path of a PEM file", /^[\x20-\x7e]{1,1000}$/)
      .optional()
      .describe(
        "Path of a file with who signed its certificate, inside the project unless it begins with /. Left out, whom Node trusts.",
      ),
    tokenFrom: text(
      "the name of an environment variable that holds the token; a secret itself never stands in the stack file",
      /^[A-Z_][A-Z0-9_]{0,99}$/,
    )
      .meta({ expected: "a variable's name, such as PROMETHEUS_TOKEN" })
      .optional()
      .describe("The variable that holds a bearer token."),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,100}$/, headersExpected),
        z.string(headersExpected).regex(/^[\x21-\x7e]([\x20-\x7e]{0,498}[\x21-\x7e])?$/, headersExpected),
        headersExpected,
      )
      .meta({ expected: headersExpected, named: "header" })
      .default({})
      .describe("Headers of each question, such as the tenant. No secrets: `tokenFrom` is for those."),
    ingress: z
      .enum(ingressKinds, ingressExpected)
      .meta({ expected: ingressExpected })
      .describe(
        "Whose counters say what users were answered: `envoy` (Contour and other gateways on it), `nginx` (ingress-nginx), `istio`, or `own` for queries of your own.",
      ),
    cluster: text("what an Envoy calls a Service's cluster, such as $namespace/$service/$port", /^[\w.:/|$-]{1,200}$/)
      .optional()
      .describe(`envoy: what it calls the cluster of a Service. Left out, as Contour does: \`${clusterOfContour}\`.`),
    queries: group(
      {
        requests: query('sum(increase(http_requests_total{service="$service"}[$window]))').describe(
          "Requests to a Service in a stretch of time: one value.",
        ),
        errors: query('sum(increase(http_requests_total{service="$service",code=~"5.."}[$window]))').describe(
          "Those of them that failed.",
        ),
        p95: query("histogram_quantile(0.95, …)").describe("95th percentile of their answer times, in seconds."),
      },
      "{ requests: …, errors: …, p95: … }",
    )
      .optional()
      .describe(
        "own: queries, with $namespace, $service (the Service that users' requests go to), $port, $environment (blue or green) and $window in them. With $environment in all three each side is counted by itself, also without a Gateway.",
      ),
    database: query('pg_up{namespace="shop"}')
      .optional()
      .describe("A query whose every value is over 0 while the database answers. Left out, it is not asked for."),
    alerts: z
      .array(z.string(alertsExpected).regex(/^[^\p{C}]{1,200}$/u, alertsExpected), alertsExpected)
      .max(50, alertsExpected)
      .meta({ expected: alertsExpected })
      .default([])
      .describe(
        "Alerting rules of yours that say users are served badly: one that fires is a no-go, one that is not there keeps from a go.",
      ),
    rule: group(
      {
        labels: z
          .record(
            z.string().regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, labelsExpected),
            z.string(labelsExpected).regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, labelsExpected),
            labelsExpected,
          )
          .meta({ expected: labelsExpected, named: "label" })
          .default({})
          .describe("Labels by which your Prometheus picks rules up."),
      },
      "{ labels: { release: prometheus } }",
    )
      .optional()
      .describe(
        "Alerting rules that the stack makes from `thresholds`, as a PrometheusRule of the Prometheus Operator; they judge like `alerts`. Left out, it makes none.",
      ),
    monitor: group(
      {
        path: path().default("/metrics").describe("Path at which every service of the stack tells its metrics."),
        interval: duration("30s", 1_000).describe("Time between two readings."),
        labels: z
          .record(z.string(), z.string(labelsExpected), labelsExpected)
          .meta({ expected: labelsExpected, named: "label" })
          .default({})
          .describe("Labels by which your Prometheus picks monitors up."),
      },
      "{ path: /metrics, labels: { release: prometheus } }",
    )
      .optional()
      .describe(
        "A ServiceMonitor of the Prometheus Operator, which reads the services' own metrics, of each side by itself. Left out, the stack makes none.",
      ),
    every: duration("1m", 1_000).describe(
      "Length of the stretches that are counted, each by itself: at least twice the time between two readings of the ingress' counters.",
    ),
    settle: duration("15s").describe("How long after its end a stretch's figures may still change."),
  },
  "{ url: https://prometheus.shop.example, ingress: nginx }",
);

export type PrometheusSettings = z.infer<typeof prometheusSettings>;
