import { difference, type Histogram, histogramFault } from "./latency.ts";
import type { CountedPeriods, Observation, Period, ServiceCounters, Unreadable } from "./observation.ts";

/** What one service was asked and answered between two looks. */
export interface Interval {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly errors: number;
  /** Absent when the buckets of the two looks cannot be compared. */
  readonly latency: Histogram | undefined;
  /** Its 95th percentile where that was told instead of buckets, ms; null where it should have been. */
  readonly p95Ms?: number | null;
  /** Why some of it may be missing; such an interval can speak against a release, never for it. */
  readonly doubt: string | undefined;
}

/** One service over all looks. */
export interface Series {
  readonly intervals: readonly Interval[];
  /** Last look at which the counters could be read. */
  readonly lastRead: number | undefined;
  /** Why the very last look says nothing. */
  readonly fault: string | undefined;
}

/** The intervals of one service. A look that failed is bridged by the counters of the next one, since counters lose nothing. */
export function seriesOf(service: string, observations: readonly Observation[]): Series {
  let intervals: Interval[] = [];
  let last: { readonly at: number; readonly counters: ServiceCounters } | undefined;
  let told: number | undefined;
  let fault: string | undefined;
  for (const { at, services } of observations) {
    const read = Object.hasOwn(services, service) ? services[service] : undefined;
    fault = faultOf(read);
    if (fault !== undefined || read === undefined || "unreadable" in read) continue;
    if ("periods" in read) {
      intervals = read.periods.map(toldInterval);
      told = read.periods.at(-1)?.to;
      continue;
    }
    if (last !== undefined) intervals.push(between(last.at, last.counters, at, read));
    last = { at, counters: read };
  }
  return { intervals, lastRead: told ?? last?.at, fault };
}

/** The intervals of the last `length` milliseconds, and whether looks reach back that far. */
export function trailing(
  series: Series,
  length: number,
): { readonly intervals: readonly Interval[]; readonly covered: boolean } {
  const start = (series.lastRead ?? 0) - length;
  const begins = series.intervals.findLastIndex((interval) => interval.from <= start);
  return begins === -1
    ? { intervals: series.intervals, covered: false }
    : { intervals: series.intervals.slice(begins), covered: true };
}

function between(from: number, before: ServiceCounters, to: number, after: ServiceCounters): Interval {
  const change = difference(before.latency, after.latency);
  const reset = after.requests < before.requests || after.errors < before.errors || (change.ok && change.reset);
  return {
    from,
    to,
    requests: reset ? after.requests : after.requests - before.requests,
    errors: reset ? after.errors : after.errors - before.errors,
    latency: reset ? after.latency : change.ok ? change.histogram : undefined,
    doubt: reset ? "the counters started anew" : change.ok ? undefined : change.why,
  };
}

function toldInterval({ from, to, requests, errors, p95Ms, missing }: Period): Interval {
  const doubt = missing === true ? "nothing was told of a part of that time" : undefined;
  return { from, to, requests, errors, latency: undefined, p95Ms, doubt };
}

function faultOf(read: ServiceCounters | CountedPeriods | Unreadable | undefined): string | undefined {
  if (read === undefined) return "its counters were not read";
  if ("unreadable" in read) return `its counters could not be read (${read.unreadable})`;
  if ("periods" in read) return periodsFault(read.periods);
  for (const name of ["requests", "errors"] as const) {
    if (!Number.isFinite(read[name]) || read[name] < 0) return `its counter of ${name} says ${read[name]}`;
  }
  if (read.errors > read.requests) return `its counters say ${read.errors} errors of ${read.requests} requests`;
  return histogramFault(read.latency);
}

function periodsFault(periods: readonly Period[]): string | undefined {
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to, requests, errors, p95Ms } of periods) {
    if (!(from >= end) || !(to > from)) return "its periods are not in order of time";
    end = to;
    for (const figure of [requests, errors, p95Ms ?? 0]) {
      if (!Number.isFinite(figure) || figure < 0) return `a figure of its periods says ${figure}`;
    }
    if (errors > requests) return `a period says ${errors} errors of ${requests} requests`;
  }
  return undefined;
}
