import { spokenDuration } from "./duration.ts";
import type { Interval } from "./interval.ts";
import type { Thresholds } from "./thresholds.ts";
import type { Reason } from "./verdict.ts";
import { clock, count, milliseconds } from "./wording.ts";

/**
 * The 95th percentile over its window, where only the percentile of each part of it is told. That of the whole lies between the lowest
 * and the highest of them: over the threshold in every part is a breach, in none is fine, and anything between is undecided.
 */
export function toldLatencyLook(
  service: string,
  { intervals, covered }: { readonly intervals: readonly Interval[]; readonly covered: boolean },
  { p95, minRequests }: Thresholds,
): Reason {
  const busy = intervals.filter(({ requests }) => requests > 0);
  const samples = busy.reduce((sum, { requests }) => sum + requests, 0);
  const told = busy.flatMap(({ p95Ms }) => p95Ms ?? []);
  const highest = told.length === 0 ? null : Math.max(...told);
  const since = intervals[0]?.from ?? null;
  const reason = (outcome: Reason["outcome"], sentence: string): Reason => ({
    look: "latency",
    service,
    outcome,
    value: highest,
    threshold: p95.maxMs,
    samples,
    since,
    sentence,
  });
  if (since === null || !(samples >= Math.max(1, minRequests))) {
    return reason("unknown", `too few answers of ${service} for a P95 (${count(samples)} of ${count(minRequests)})`);
  }
  if (highest === null || told.length < busy.length) {
    return reason("unknown", `the P95 of ${service} was not told for ${count(busy.length - told.length)} of its parts`);
  }
  const figures = `P95 of ${service} ${milliseconds(highest)} (threshold ${milliseconds(p95.maxMs)}, ${count(samples)} requests, since ${clock(since)})`;
  if (!covered) return reason("unknown", `${figures}, watched for less than ${spokenDuration(p95.for)} so far`);
  if (Math.min(...told) > p95.maxMs) return reason("breach", figures);
  if (highest > p95.maxMs) return reason("unknown", `${figures}, but not all through ${spokenDuration(p95.for)}`);
  const doubt = intervals.find((interval) => interval.doubt !== undefined)?.doubt;
  return doubt === undefined ? reason("ok", figures) : reason("unknown", `${figures}, but ${doubt}`);
}
