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
