import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { ToldTiming, TrafficSource } from "../../watch/trafficSource.ts";
import { alarmsClient, loadBalancingClient } from "../clients.ts";
import { minuteMs } from "../metrics.ts";
import type { AwsServingFacts } from "../serving.ts";
import { type MetricNames, readMetricNames, readTraffic } from "../trafficMetrics.ts";

/** CloudWatch counts whole minutes; a load balancer reports one within the next one or two. */
const timing: ToldTiming = { lengthMs: minuteMs, settleMs: 60_000, lateMs: 180_000, everyMs: 15_000 };

/** Who is asked. */
interface Clients {
  readonly cloudWatch: CloudWatchClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
}

/** What a load balancer counts, as CloudWatch tells it. */
export function cloudWatchTraffic(
  facts: AwsServingFacts,
  { cloudWatch, loadBalancing }: Clients = {
    cloudWatch: alarmsClient(facts.region),
    loadBalancing: loadBalancingClient(facts.region),
  },
): TrafficSource {
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
