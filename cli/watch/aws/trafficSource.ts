import { alarmsClient, loadBalancingClient } from "../../../provider/aws/clients.ts";
import { minuteMs } from "../../../provider/aws/metrics.ts";
import type { AwsServingFacts } from "../../../provider/aws/serving.ts";
import { type MetricNames, readMetricNames, readTraffic } from "../../../provider/aws/trafficMetrics.ts";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { ToldTiming, TrafficSource } from "../told/trafficSource.ts";

/** CloudWatch counts whole minutes; a load balancer reports one within the next one or two. */
const timing: ToldTiming = { lengthMs: minuteMs, settleMs: 60_000, lateMs: 180_000, everyMs: 15_000 };

/** What a load balancer counts, as CloudWatch tells it. */
export function cloudWatchTraffic(facts: AwsServingFacts): TrafficSource {
  const cloudWatch = alarmsClient(facts.region);
  const loadBalancing = loadBalancingClient(facts.region);
  const known: Partial<Record<EnvironmentName, MetricNames>> = {};
  return {
    teller: "CloudWatch",
    services: facts.services.map(({ service }) => service),
    timing,
    async read(environment, from, to, signal) {
      const names = known[environment] ?? (await readMetricNames(loadBalancing, facts, environment, signal));
      known[environment] = names;
      return readTraffic(cloudWatch, names, from, to, signal);
    },
  };
}
