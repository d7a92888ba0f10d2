import { spokenDuration } from "./duration.ts";
import { type Interval, type Series, trailing } from "./interval.ts";
import { addHistograms, type Histogram, percentile, totalOf } from "./latency.ts";
import type { Thresholds } from "./thresholds.ts";
import { toldLatencyLook } from "./toldLatency.ts";
import type { LookName, Reason } from "./verdict.ts";
import { clock, count, milliseconds, percent } from "./wording.ts";

/** Into how many slices a window is cut to tell a lasting fault from a burst. */
const slices = 5;

/**
 * "Over 1 % for 5 minutes": the looks reach back 5 minutes, the rate over all of them is over 1 %, and so is the rate of every fifth
 * of them. A burst leaves the other fifths clean and does not trip it; a steady 5 % trips it at the very look that completes the
 * window. Fifths with fewer requests than one error at the threshold needs (100 for 1 %) are joined until they have as many: with so
 * little traffic the whole window counts as one.
 */
export function errorLook(service: string, series: Series, thresholds: Thresholds): Reason {
  return errorReason("errors", service, series, thresholds.errorRate, thresholds.minRequests);
}

/** The same rule for an outage; undefined unless it trips, since {@link errorLook} speaks for everything less. */
export function outageLook(service: string, series: Series, thresholds: Thresholds): Reason | undefined {
  if (thresholds.outage === null) return undefined;
  const reason = errorReason("outage", service, series, thresholds.outage, thresholds.minRequests);
  return reason.outcome === "breach" ? reason : undefined;
}

function errorReason(
  look: LookName,
  service: string,
  series: Series,
  limit: { readonly max: number; readonly for: number },
  minRequests: number,
): Reason {
  const { intervals, covered } = trailing(series, limit.for);
  const requests = sum(intervals, "requests");
  const errors = sum(intervals, "errors");
  const rate = rateOf(requests, errors);
  const since = intervals[0]?.from ?? null;
  const reason = (outcome: Reason["outcome"], sentence: string): Reason => ({
    look,
    service,
    outcome,
    value: requests > 0 ? rate : null,
    threshold: limit.max,
    samples: requests,
    since,
    sentence,
  });
  if (since === null || !(requests >= Math.max(1, minRequests))) {
    return reason(
      "unknown",
      `too few requests to ${service} for a verdict (${count(requests)} of ${count(minRequests)})`,
    );
  }
  const figures = `error rate of ${service} ${percent(rate)} (threshold ${percent(limit.max)}, ${count(requests)} requests, ${count(errors)} failed, since ${clock(since)})`;
  if (!covered) {
    const watched = spokenDuration((series.lastRead ?? since) - since);
    return reason("unknown", `${figures}, watched for ${watched} of ${spokenDuration(limit.for)} so far`);
  }
  if (rate <= limit.max) {
    const doubt = intervals.find((interval) => interval.doubt !== undefined)?.doubt;
    return doubt === undefined
      ? reason("ok", figures)
      : reason("unknown", `${figures}, but ${doubt}, so that some requests are not counted`);
  }
  return overThroughout(intervals, limit)
    ? reason("breach", figures)
    : reason("unknown", `${figures}, but not all through ${spokenDuration(limit.for)}`);
}

function overThroughout(
  intervals: readonly Interval[],
  limit: { readonly max: number; readonly for: number },
): boolean {
  const enough = limit.max > 0 ? 1 / limit.max : 1;
  const parts: { requests: number; errors: number }[] = [];
  let part = { requests: 0, errors: 0 };
  let length = 0;
  // From the newest back, so that what is left over joins the oldest part.
  for (const interval of intervals.toReversed()) {
    part.requests += interval.requests;
    part.errors += interval.errors;
    length += interval.to - interval.from;
    if (length * slices >= limit.for && part.requests >= enough) {
      parts.push(part);
      part = { requests: 0, errors: 0 };
      length = 0;
    }
  }
  const oldest = parts.at(-1);
  if (oldest === undefined) parts.push(part);
  else {
    oldest.requests += part.requests;
    oldest.errors += part.errors;
  }
  return parts.every(({ requests, errors }) => rateOf(requests, errors) > limit.max);
}

/**
 * The 95th percentile over its window; with too few answers in that, over the error rate's window where it is longer.
 * Without as many answers as the verdict needs, or with less than half of the requests answered, nothing is decided.
 */
export function latencyLook(service: string, series: Series, thresholds: Thresholds): Reason {
  const { p95, errorRate, minRequests } = thresholds;
  let window = trailing(series, p95.for);
  if (answersOf(window.intervals) < minRequests && errorRate.for > p95.for) {
    const longer = trailing(series, errorRate.for);
    window = { intervals: longer.intervals, covered: window.covered };
  }
  const { intervals, covered } = window;
  if (intervals.some(({ p95Ms }) => p95Ms !== undefined)) return toldLatencyLook(service, window, thresholds);
  const answers = answersOf(intervals);
  const since = intervals[0]?.from ?? null;
  const histogram = merged(intervals);
  const found = histogram === undefined ? undefined : percentile(histogram, 0.95);
  const reason = (outcome: Reason["outcome"], sentence: string): Reason => ({
    look: "latency",
    service,
    outcome,
    value: found?.ms ?? null,
    threshold: p95.maxMs,
    samples: answers,
    since,
    sentence,
  });
  if (since === null || !(answers >= Math.max(1, minRequests))) {
    return reason("unknown", `too few answers of ${service} for a P95 (${count(answers)} of ${count(minRequests)})`);
  }
  if (found === undefined)
    return reason("unknown", `the P95 of ${service} cannot be told: the latency buckets changed between two looks`);
  const value = `P95 of ${service} ${found.open ? "over " : ""}${milliseconds(found.ms)}`;
  const figures = `${value} (threshold ${milliseconds(p95.maxMs)}, ${count(answers)} answers, since ${clock(since)})`;
  if (!covered) return reason("unknown", `${figures}, watched for less than ${spokenDuration(p95.for)} so far`);
  if (found.ms > p95.maxMs || (found.open && found.ms >= p95.maxMs)) return reason("breach", figures);
  if (found.open) return reason("unknown", `${figures}: the buckets end below the threshold`);
  const doubt = intervals.find((interval) => interval.doubt !== undefined)?.doubt;
  if (doubt !== undefined) return reason("unknown", `${figures}, but ${doubt}`);
  const requests = sum(intervals, "requests");
  if (answers + sum(intervals, "errors") < requests / 2) {
    return reason("unknown", `${figures}, but only ${count(answers)} of ${count(requests)} requests were answered`);
  }
  return found.ms <= p95.maxMs ? reason("ok", figures) : reason("unknown", figures);
}

function answersOf(intervals: readonly Interval[]): number {
  // Where percentiles are told, how many answers each rests on is not: its requests are.
  const answers = ({ latency, p95Ms, requests }: Interval) =>
    latency !== undefined ? totalOf(latency) : p95Ms === undefined ? 0 : requests;
  return intervals.reduce((total, interval) => total + answers(interval), 0);
}

function merged(intervals: readonly Interval[]): Histogram | undefined {
  let whole: Histogram | undefined;
  for (const { latency } of intervals) {
    if (latency === undefined) return undefined;
    whole = whole === undefined ? latency : addHistograms(whole, latency);
    if (whole === undefined) return undefined;
  }
  return whole;
}

function sum(intervals: readonly Interval[], field: "requests" | "errors"): number {
  return intervals.reduce((total, interval) => total + interval[field], 0);
}

function rateOf(requests: number, errors: number): number {
  return requests > 0 ? Math.min(1, errors / requests) : 0;
}
