import { z } from "zod";
import { shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import type { PerformanceSummary } from "./summary.ts";

const number = z.number().nonnegative();
const whole = z.number().int().nonnegative();
/** `--summary-export` has the values beside the thresholds, handleSummary's data one level deeper. */
const trend = z.object({ "p(95)": number.optional(), "p(99)": number.optional() });
const counter = z.object({ count: whole, rate: number.optional() });
const rate = z.object({ passes: whole, fails: whole });
/** `--summary-export` says true for a threshold that was crossed, handleSummary `{ ok }`. */
const thresholds = z.record(z.string(), z.union([z.boolean(), z.object({ ok: z.boolean() })]));

const limited = z.object({ thresholds: thresholds.optional() });
const nested = z.object({ values: z.unknown() });
const summary = z.object({ metrics: z.record(z.string(), z.unknown()) });

/** Whether this is a summary of k6. */
export function isK6(report: object): boolean {
  return "metrics" in report && ("root_group" in report || "options" in report || "state" in report);
}

/**
 * Reads a summary of k6: `--summary-export`, or what handleSummary writes as JSON. A summary has no p99 unless `summaryTrendStats`
 * asks for it.
 */
export function readK6(report: object): PerformanceSummary {
  const all = shaped(summary, report, "k6").metrics;
  const values = <S>(name: string, schema: z.ZodType<S>): S | undefined => {
    if (!Object.hasOwn(all, name)) return undefined;
    const inner = nested.safeParse(all[name]);
    return shaped(
      schema,
      inner.success && inner.data.values !== undefined ? inner.data.values : all[name],
      `k6 (${name})`,
    );
  };
  const requests = values("http_reqs", counter);
  const failed = values("http_req_failed", rate);
  const duration = values("http_req_duration", trend);
  const checks = values("checks", rate);
  if (requests === undefined || failed === undefined || duration === undefined) {
    throw new Error("its k6 summary has no http_reqs, http_req_failed and http_req_duration: no HTTP request was made");
  }
  // A rate counts the true values as passes, and of http_req_failed true is a failure.
  if (failed.passes + failed.fails !== requests.count) {
    throw new Error(
      `its k6 summary contradicts itself: ${requests.count} requests, but ${failed.passes} failed and ${failed.fails} did not`,
    );
  }
  return {
    tool: "k6",
    requests: requests.count,
    failed: failed.passes,
    ...(duration["p(95)"] === undefined ? {} : { p95Ms: duration["p(95)"] }),
    ...(duration["p(99)"] === undefined ? {} : { p99Ms: duration["p(99)"] }),
    ...(requests.rate === undefined ? {} : { throughput: requests.rate }),
    broken: crossed(all).slice(0, 5),
    notes: checks !== undefined && checks.fails > 0 ? [`${checks.fails} checks failed`] : [],
  };
}

function crossed(metrics: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(metrics).flatMap(([name, metric]) =>
    Object.entries(shaped(limited, metric, "k6").thresholds ?? {}).flatMap(([rule, it]) =>
      (typeof it === "boolean" ? it : !it.ok) ? [shown(`${name} ${rule}`)] : [],
    ),
  );
}
