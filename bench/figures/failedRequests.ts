import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { badVersion } from "../stand.ts";
import { rounded } from "../statistics.ts";

/** Failed requests over all switches and rollbacks of the run under load. */
export async function failedRequests(bench: Bench): Promise<Figure> {
  const { load, ratePerSecond, switches, lost, verdictToLastBadAnswerMs } = await bench.traffic();
  const by = (way: string) => switches.filter((it) => it.way === way).length;
  const count = (value: number) => value.toLocaleString("en-US");
  const bad = verdictToLastBadAnswerMs.length;
  return figure({
    name: "failed-requests",
    title: "Failed requests over all switches and rollbacks",
    value: lost.failed,
    unit: "requests",
    limit: { kind: "at most", value: 0 },
    how: `of ${count(load.total.requests)} at ${count(ratePerSecond)} a second over keep-alive connections without retries: ${by("proxy")} moves on the proxy, ${by("switch")} × \`greenlight switch\`, ${by("rollback")} × \`greenlight rollback\`, ${bad} ${bad === 1 ? "release" : "releases"} of a bad version rolled back by themselves; apart from them, ${badVersion}'s own ${count(lost.answeredByBadVersion)} answers with an error`,
    facts: {
      requests: load.total.requests,
      ratePerSecond,
      answeredByBadVersion: lost.answeredByBadVersion,
      ...Object.fromEntries(Object.entries(load.total.failures).map(([kind, number]) => [`failed-${kind}`, number])),
      p95Ms: rounded(load.total.p95Ms ?? 0, 1),
      loadCpuShare: rounded(load.cpuShare),
      latestSendMs: rounded(load.latestSendMs, 1),
    },
  });
}
