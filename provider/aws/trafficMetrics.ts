import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EnvironmentName } from "../../release/environment.ts";
import type { Period } from "../../release/observation.ts";
import { Problem } from "../../release/problem.ts";
import { type AskedMetric, minuteMs, readMetrics } from "./metrics.ts";
import type { AwsServingFacts } from "./serving.ts";

/** What CloudWatch calls the load balancer and the target group of each service in one environment. */
export interface MetricNames {
  readonly loadBalancer: string;
  readonly targetGroups: Readonly<Record<string, string>>;
}

/** Reads what CloudWatch calls them. @throws Problem where a target group is not there */
export async function readMetricNames(
  client: ElasticLoadBalancingV2Client,
  facts: AwsServingFacts,
  environment: EnvironmentName,
  abortSignal: AbortSignal,
): Promise<MetricNames> {
  const targetGroups: Record<string, string> = {};
  for (const it of facts.services) {
    const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({ Names: [it[environment]] }), {
      abortSignal,
    });
    targetGroups[it.service] = afterColon(TargetGroups[0]?.TargetGroupArn, `the target group ${it[environment]}`);
  }
  return { loadBalancer: await loadBalancerName(client, facts, abortSignal), targetGroups };
}

async function loadBalancerName(
  client: ElasticLoadBalancingV2Client,
  { listener, loadBalancer }: AwsServingFacts,
  abortSignal: AbortSignal,
): Promise<string> {
  if (listener !== undefined) {
    // …:listener/app/<name>/<id>/<listener>
    return (listener.split(":listener/")[1] ?? "").split("/").slice(0, 3).join("/");
  }
  const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({ Names: [loadBalancer ?? ""] }), {
    abortSignal,
  });
  const name = afterColon(LoadBalancers[0]?.LoadBalancerArn, `the load balancer ${loadBalancer}`);
  return name.replace(/^loadbalancer\//, "");
}

function afterColon(arn: string | undefined, what: string): string {
  const name = arn?.split(":").slice(5).join(":");
  if (name !== undefined && name !== "") return name;
  throw new Problem({ happened: `There is not ${what}, so nothing is counted.` });
}

/**
 * Reads minute by minute what each service was asked and answered. A minute of which nothing was told, though of later ones something
 * was, is there and marked: a gap is no good news.
 *
 * @param from start of the first minute, epoch ms; `to` the end of the last
 */
export async function readTraffic(
  client: CloudWatchClient,
  names: MetricNames,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly Period[]>>> {
  const services = Object.entries(names.targetGroups);
  const asked = services.flatMap(([, TargetGroup]): AskedMetric[] => {
    const of = (metric: string, stat: string) => ({
      namespace: "AWS/ApplicationELB",
      metric,
      stat,
      dimensions: { LoadBalancer: names.loadBalancer, TargetGroup },
    });
    return [
      of("RequestCount", "Sum"),
      of("HTTPCode_Target_5XX_Count", "Sum"),
      of("TargetConnectionErrorCount", "Sum"),
      of("TargetResponseTime", "p95"),
    ];
  });
  const found = await readMetrics(client, asked, from, to, signal);
  const none = new Map<number, number>();
  return Object.fromEntries(
    services.map(([service], at) => {
      const [requests = none, failed = none, unreached = none, times = none] = found.slice(4 * at, 4 * at + 4);
      const last = Math.max(Number.NEGATIVE_INFINITY, ...requests.keys());
      const periods: Period[] = [];
      for (let minute = from; minute <= last; minute += minuteMs) {
        const count = requests.get(minute);
        const errors = (failed.get(minute) ?? 0) + (unreached.get(minute) ?? 0);
        const seconds = times.get(minute);
        periods.push({
          from: minute,
          to: minute + minuteMs,
          requests: count ?? 0,
          errors: Math.min(errors, count ?? 0),
          p95Ms: seconds === undefined ? null : seconds * 1_000,
          ...(count === undefined ? { missing: true } : {}),
        });
      }
      return [service, periods];
    }),
  );
}
