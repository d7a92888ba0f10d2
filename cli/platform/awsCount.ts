import { alarmsClient, loadBalancingClient } from "../../provider/aws/clients.ts";
import { minuteMs } from "../../provider/aws/metrics.ts";
import type { AwsServingFacts } from "../../provider/aws/serving.ts";
import { readMetricNames, readTraffic } from "../../provider/aws/trafficMetrics.ts";
import { sentence } from "../../release/problem.ts";
import { overSameMinutes } from "../../release/strategy/sameMinutes.ts";
import { type MetricTiming, metricTiming } from "../watch/aws/trafficWatch.ts";
import type { TrafficCount } from "./platform.ts";

/**
 * Counts both sides from the next whole minute on by CloudWatch, up to the last minute whose figures do not change any more. What
 * CloudWatch does not say is unreadable, with its reason.
 *
 * @param signal how long the whole count may be asked for
 */
export function countMinutes(
  facts: AwsServingFacts,
  signal: AbortSignal,
  timing: MetricTiming = metricTiming,
): TrafficCount {
  const from = Math.ceil(Date.now() / minuteMs) * minuteMs;
  return {
    async soFar() {
      const to = Math.max(from, Math.floor((Date.now() - timing.settleMs) / minuteMs) * minuteMs);
      const cloudWatch = alarmsClient(facts.region);
      const loadBalancing = loadBalancingClient(facts.region);
      const read = async (environment: "blue" | "green") => {
        if (to === from) return {}; // CloudWatch refuses a time without length
        return readTraffic(
          cloudWatch,
          await readMetricNames(loadBalancing, facts, environment, signal),
          from,
          to,
          signal,
        );
      };
      try {
        const [blue, green] = await Promise.all([read("blue"), read("green")]);
        const services = facts.services.map(({ service }) => {
          const [inBlue, inGreen] = overSameMinutes(blue[service] ?? [], green[service] ?? []);
          return { service, inBlue, inGreen };
        });
        return {
          from,
          to,
          answered: {
            blue: Object.fromEntries(services.map(({ service, inBlue }) => [service, inBlue])),
            green: Object.fromEntries(services.map(({ service, inGreen }) => [service, inGreen])),
          },
        };
      } catch (error) {
        signal.throwIfAborted();
        // Nobody can judge by it; while patience lasts it is asked again.
        return { from, to, answered: { blue: {}, green: {} }, unreadable: sentence(error).split("\n")[0] ?? "" };
      } finally {
        cloudWatch.destroy();
        loadBalancing.destroy();
      }
    },
  };
}
