import { z } from "zod";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { ServiceCounters, Unreadable } from "../../../release/observation.ts";
import { sentence } from "../../../release/problem.ts";
import type { EnvoyAdmin } from "./admin.ts";
import { clusterName } from "./names.ts";

const answer = z.object({
  stats: z.array(
    z.union([
      z.object({ name: z.string(), value: z.number() }),
      z.object({
        histograms: z.array(
          z.object({
            name: z.string(),
            buckets: z.array(z.object({ upper_bound: z.number(), cumulative: z.number() })),
          }),
        ),
      }),
    ]),
  ),
});

const names = "upstream_rq_completed|upstream_rq_5xx|upstream_rq_time";

/**
 * The counters of users' requests to one environment, by service, since the proxy started. A service that was never asked
 * has counters of 0; one that the proxy does not know is unreadable.
 */
export async function readCounters(
  admin: EnvoyAdmin,
  services: readonly string[],
  environment: EnvironmentName,
): Promise<Record<string, ServiceCounters | Unreadable>> {
  const filter = `^cluster\\.(${services.map((name) => clusterName(name, environment)).join("|")})\\.(${names})$`;
  try {
    const text = await admin.text(
      `/stats?format=json&histogram_buckets=cumulative&filter=${encodeURIComponent(filter)}`,
    );
    const { stats } = answer.parse(JSON.parse(text));
    return Object.fromEntries(
      services.map((service) => [service, countersOf(stats, clusterName(service, environment))]),
    );
  } catch (error) {
    return Object.fromEntries(
      services.map((service) => [service, { unreadable: sentence(error).split("\n")[0] ?? "" }]),
    );
  }
}

function countersOf(stats: z.infer<typeof answer>["stats"], cluster: string): ServiceCounters | Unreadable {
  const value = (name: string) =>
    stats.find((it): it is { name: string; value: number } => "name" in it && it.name === `cluster.${cluster}.${name}`)
      ?.value;
  const requests = value("upstream_rq_completed");
  if (requests === undefined) return { unreadable: `the proxy has no counters of ${cluster}` };
  const buckets =
    stats
      .flatMap((it) => ("histograms" in it ? it.histograms : []))
      .find((it) => it.name === `cluster.${cluster}.upstream_rq_time`)?.buckets ?? emptyBuckets;
  return {
    requests,
    // Envoy counts an answer of its own, such as "no healthy upstream", among these too.
    errors: value("upstream_rq_5xx") ?? 0,
    latency: [
      ...buckets.map((it) => ({ le: it.upper_bound, count: it.cumulative })),
      { le: Number.POSITIVE_INFINITY, count: buckets.at(-1)?.cumulative ?? 0 },
    ],
  };
}

/** Envoy's default bounds in milliseconds, shown before the first request. */
const emptyBuckets = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
].map((upper_bound) => ({ upper_bound, cumulative: 0 }));
