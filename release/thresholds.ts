/** When a release is a no-go. Times in milliseconds, rates as fractions. */
export interface Thresholds {
  /** No-go when more than `max` of a service's requests fail all through `for`. Default: 1 % for 5 minutes. */
  readonly errorRate: { readonly max: number; readonly for: number };
  /** The same rule for an outage, where nobody waits five minutes; null switches it off. Default: 50 % for 10 s. */
  readonly outage: { readonly max: number; readonly for: number } | null;
  /** No-go when the 95th percentile over the last `for` is above `maxMs`. Default: 5 s over one minute. */
  readonly p95: { readonly maxMs: number; readonly for: number };
  /** With fewer requests to a service in the window nothing is decided about it. Default: 100. */
  readonly minRequests: number;
  /** A last look older than this says nothing about now. Default: 15 s. */
  readonly staleAfter: number;
  /** `failures`: looks in a row that must fail for a no-go; `required`: without a result there is no go. */
  readonly health: { readonly failures: number; readonly required: boolean };
  readonly smoke: { readonly failures: number; readonly required: boolean };
  readonly database: { readonly failures: number; readonly required: boolean };
  /** No-go with more new error patterns than this in the candidate's logs; null only reports them. Default: null. */
  readonly logs: { readonly maxNewPatterns: number | null };
}

/** The seed's no-go rule. */
export const defaultThresholds: Thresholds = {
  errorRate: { max: 0.01, for: 300_000 },
  outage: { max: 0.5, for: 10_000 },
  p95: { maxMs: 5_000, for: 60_000 },
  minRequests: 100,
  staleAfter: 15_000,
  health: { failures: 2, required: true },
  smoke: { failures: 1, required: true },
  database: { failures: 2, required: true },
  logs: { maxNewPatterns: null },
};
