import { z } from "zod";
import { shaped } from "../reportJson.ts";
import type { PerformanceSummary } from "./summary.ts";

const number = z.number().nonnegative();
const whole = z.number().int().nonnegative();
const total = z.object({ total: number });
const stats = z.object({
  numberOfRequests: z.object({ total: whole, ok: whole, ko: whole }),
  percentiles2: total,
  percentiles3: total,
  percentiles4: total,
  meanNumberOfRequestsPerSecond: total,
});

/** Whether this is `js/stats.json` or `js/global_stats.json` of a Gatling report. */
export function isGatlingStats(it: object): boolean {
  return "numberOfRequests" in it || ("stats" in it && "contents" in it);
}

/**
 * Reads `js/stats.json` or `js/global_stats.json` of a Gatling report. Its percentiles have no names: they are taken for those of
 * Gatling's defaults (50, 75, 95, 99), and refused where they do not ascend.
 */
export function readGatlingStats(it: object): PerformanceSummary {
  const all = shaped(stats, "stats" in it ? it.stats : it, "Gatling");
  const { numberOfRequests: requests, percentiles2, percentiles3, percentiles4 } = all;
  if (requests.ok + requests.ko !== requests.total) {
    throw new Error(
      `its Gatling statistics contradict themselves: ${requests.total} requests, but ${requests.ok} OK and ${requests.ko} KO`,
    );
  }
  if (percentiles2.total > percentiles3.total || percentiles3.total > percentiles4.total) {
    throw new Error("its Gatling percentiles do not ascend, so the third is no p95; write simulation.log instead");
  }
  return {
    tool: "Gatling",
    requests: requests.total,
    failed: requests.ko,
    ...(requests.total === 0 ? {} : { p95Ms: percentiles3.total, p99Ms: percentiles4.total }),
    throughput: all.meanNumberOfRequestsPerSecond.total,
    broken: [],
    notes: ["percentiles 3 and 4 of Gatling are taken for p95 and p99, as its defaults are"],
  };
}
