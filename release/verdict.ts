export type VerdictWord = "go" | "no-go" | "undecided";

/** What was looked at. */
export type LookName = "errors" | "outage" | "latency" | "health" | "smoke" | "database" | "logs" | "data";

/** One ground of a verdict. */
export interface Reason {
  readonly look: LookName;
  readonly service?: string;
  /** `breach` alone makes a no-go; `unknown` keeps from a go; `note` decides nothing. */
  readonly outcome: "ok" | "breach" | "unknown" | "note";
  /** Rate as a fraction, milliseconds, or a count; null when unknown. */
  readonly value: number | null;
  /** In the unit of `value`; null where there is none. */
  readonly threshold: number | null;
  /** Requests or looks that `value` rests on. */
  readonly samples: number;
  /** Start of what was judged, milliseconds since 1970; null when nothing was. */
  readonly since: number | null;
  readonly sentence: string;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  /** When it was reached, milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the first look until then. */
  readonly after: number;
  readonly reasons: readonly Reason[];
  /** The verdict and its grounds in one sentence. */
  readonly sentence: string;
}
