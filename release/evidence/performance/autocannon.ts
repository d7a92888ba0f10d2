import { z } from "zod";
import { shaped } from "../reportJson.ts";
import { statedTime } from "../statedTime.ts";
import type { PerformanceSummary } from "./summary.ts";
import { throughputOf } from "./throughput.ts";

const number = z.number().nonnegative();
const whole = z.number().int().nonnegative();
const report = z.object({
  start: z.string().max(100).optional(),
  duration: number,
  /** Connections that failed, timeouts among them. */
  errors: whole,
  timeouts: whole,
  mismatches: whole.default(0),
  non2xx: whole,
  latency: z.object({ p95: number.optional(), p97_5: number.optional(), p99: number.optional() }),
  requests: z.object({ total: whole }),
});

/** Whether this is what `autocannon --json` prints. */
export function isAutocannon(it: object): boolean {
  return "latency" in it && "requests" in it && "non2xx" in it;
}

/** Reads what `autocannon --json` prints. It has no p95: the p97.5, which is never less, stands for it. */
export function readAutocannon(it: object): PerformanceSummary {
  const { start, duration, errors, timeouts, mismatches, non2xx, latency, requests } = shaped(report, it, "autocannon");
  const answered = requests.total > 0;
  // Without an answer it writes zeros.
  const p95Ms = answered ? (latency.p95 ?? latency.p97_5) : undefined;
  const at = statedTime(start)?.at;
  return {
    tool: "autocannon",
    // What was never answered is in no total.
    requests: requests.total + Math.max(errors, timeouts),
    failed: Math.max(errors, timeouts) + non2xx + mismatches,
    ...(p95Ms === undefined ? {} : { p95Ms }),
    ...(latency.p99 === undefined || !answered ? {} : { p99Ms: latency.p99 }),
    ...throughputOf(requests.total, duration),
    broken: [],
    notes: latency.p95 === undefined && p95Ms !== undefined ? ["p97.5 stands for p95"] : [],
    ...(at === undefined ? {} : { at }),
  };
}
