import { z } from "zod";
import { each, shaped } from "../reportJson.ts";
import { statedTime } from "../statedTime.ts";
import type { PerformanceSummary } from "./summary.ts";
import { throughputOf } from "./throughput.ts";

const number = z.number().nonnegative();
const whole = z.number().int().nonnegative();
const report = z.object({
  config: z.object({ duration: number }),
  metadata: z.object({ generated_at: z.string().max(100).optional() }),
  results: z.object({ metrics: z.array(z.unknown()) }),
});
const named = z.object({ name: z.string(), values: z.unknown() });
const counter = z.object({ count: whole });
const rate = z.object({ matches: whole, total: whole });
const trend = z.object({ p95: number.optional(), p99: number.optional() });

/** Whether this is what k6 writes with `--new-machine-readable-summary`. */
export function isK6Machine(it: object): boolean {
  return "results" in it && "metadata" in it && "config" in it;
}

/** Reads what k6 writes with `--new-machine-readable-summary`. It does not say which thresholds were crossed. */
export function readK6Machine(it: object): PerformanceSummary {
  const { config, metadata, results } = shaped(report, it, "k6");
  const metrics = [...each(named, results.metrics, "k6")];
  const values = <S>(name: string, schema: z.ZodType<S>): S => {
    const own = metrics.filter((metric) => metric.name === name);
    const [only] = own;
    if (only === undefined || own.length > 1)
      throw new Error(`its k6 summary has ${own.length} metrics ${name}, not one`);
    return shaped(schema, only.values, `k6 (${name})`);
  };
  const requests = values("http_reqs", counter).count;
  const failed = values("http_req_failed", rate);
  const { p95, p99 } = values("http_req_duration", trend);
  if (failed.total !== requests || failed.matches > requests) {
    throw new Error(
      `its k6 summary contradicts itself: ${requests} requests, but ${failed.matches} of ${failed.total} failed`,
    );
  }
  const at = statedTime(metadata.generated_at)?.at;
  return {
    tool: "k6",
    requests,
    failed: failed.matches,
    ...(p95 === undefined ? {} : { p95Ms: p95 }),
    ...(p99 === undefined ? {} : { p99Ms: p99 }),
    ...throughputOf(requests, config.duration),
    broken: [],
    notes: [],
    ...(at === undefined ? {} : { at }),
  };
}
