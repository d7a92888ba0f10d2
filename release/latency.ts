/** One cumulative bucket, as Envoy and Prometheus write them: how many took at most `le` milliseconds. */
export interface Bucket {
  /** Milliseconds; the last bucket's is Infinity. */
  readonly le: number;
  readonly count: number;
}

/** Cumulative buckets, ascending, the last one `le: Infinity` holding the total. */
export type Histogram = readonly Bucket[];

/** What happened between two scrapes. */
export type HistogramChange =
  | {
      readonly ok: true;
      readonly histogram: Histogram /** The counters started anew in between: some requests are not counted. */;
      readonly reset: boolean;
    }
  | { readonly ok: false; readonly why: string };

/** A percentile; `open` when it lies beyond the last finite bucket and is only known to be more than `ms`. */
export interface Percentile {
  readonly ms: number;
  readonly open: boolean;
}

/** What is wrong with buckets, or undefined: bounds must ascend to Infinity, counts must not fall. */
export function histogramFault(histogram: Histogram): string | undefined {
  const last = histogram.at(-1);
  if (last === undefined) return "there are no latency buckets";
  if (last.le !== Number.POSITIVE_INFINITY) return "the last latency bucket is not the one for everything (+Inf)";
  let before: Bucket = { le: Number.NEGATIVE_INFINITY, count: 0 };
  for (const bucket of histogram) {
    if (!(bucket.le > before.le)) return "the bounds of the latency buckets do not ascend";
    if (!Number.isFinite(bucket.count) || !(bucket.count >= before.count)) {
      return `the latency bucket up to ${bucket.le} ms holds ${bucket.count} after ${before.count}; cumulative counts never fall`;
    }
    before = bucket;
  }
  return undefined;
}

/** What was counted between two scrapes. After a restart of the counters it is what was counted since, with `reset` set. */
export function difference(before: Histogram, after: Histogram): HistogramChange {
  const why = histogramFault(before) ?? histogramFault(after);
  if (why !== undefined) return { ok: false, why };
  if (!sameBounds(before, after))
    return { ok: false, why: "the bounds of the latency buckets changed between two looks" };
  const counts = after.map((bucket, index) => bucket.count - (before[index]?.count ?? 0));
  const falls = counts.some((count, index) => count < 0 || count < (counts[index - 1] ?? 0));
  if (falls) return { ok: true, histogram: after, reset: true };
  return { ok: true, histogram: after.map(({ le }, index) => ({ le, count: counts[index] ?? 0 })), reset: false };
}

/** Both together; undefined when their bounds differ. */
export function addHistograms(a: Histogram, b: Histogram): Histogram | undefined {
  if (!sameBounds(a, b)) return undefined;
  return a.map(({ le, count }, index) => ({ le, count: count + (b[index]?.count ?? 0) }));
}

/** How many values a histogram holds. */
export function totalOf(histogram: Histogram): number {
  return histogram.at(-1)?.count ?? 0;
}

/**
 * The value below which `share` (over 0, up to 1) of the values lie, interpolated within its bucket: it is off by at most the
 * bucket's width. Undefined for a histogram that is empty or makes no sense.
 */
export function percentile(histogram: Histogram, share: number): Percentile | undefined {
  const total = totalOf(histogram);
  if (histogramFault(histogram) !== undefined || !(total > 0) || !(share > 0 && share <= 1)) return undefined;
  const rank = share * total;
  let lower: Bucket = { le: 0, count: 0 };
  for (const bucket of histogram) {
    if (bucket.count >= rank && bucket.count > lower.count) {
      if (bucket.le === Number.POSITIVE_INFINITY) return { ms: lower.le, open: true };
      const part = (rank - lower.count) / (bucket.count - lower.count);
      return { ms: lower.le + (bucket.le - lower.le) * part, open: false };
    }
    lower = bucket;
  }
  return undefined;
}

function sameBounds(a: Histogram, b: Histogram): boolean {
  return a.length === b.length && a.every(({ le }, index) => le === b[index]?.le);
}
