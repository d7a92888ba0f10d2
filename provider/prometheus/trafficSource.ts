import type { EnvironmentName } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import type { TrafficSource } from "../watch/trafficSource.ts";
import type { Prometheus } from "./prometheus.ts";
import { readTraffic } from "./traffic.ts";
import type { PrometheusWatching } from "./watching.ts";

/** Longest pause between two questions, ms. */
const askEvery = 15_000;

/**
 * What the counters of an ingress say of users' requests, as a Prometheus tells it.
 *
 * @param serves the environment that serves everything, if one does: without a Gateway users' requests are counted for the live Service, which
 * says nothing of a side that does not serve
 */
export function prometheusTraffic(
  prometheus: Prometheus,
  { queries, byEnvironment, everyMs, settleMs }: PrometheusWatching,
  serves: () => Promise<EnvironmentName | undefined>,
): TrafficSource {
  return {
    teller: "Prometheus",
    services: Object.keys(queries.blue),
    timing: { lengthMs: everyMs, settleMs, lateMs: 3 * everyMs, everyMs: Math.min(everyMs, askEvery) },
    async read(environment, from, to, signal) {
      if (!byEnvironment && (await serves()) !== environment) {
        throw new Problem({
          happened: `Users are not served by ${environment}, and their requests are counted for what serves alone.`,
        });
      }
      return readTraffic(prometheus, queries[environment], { from, to, lengthMs: everyMs }, signal);
    },
  };
}
