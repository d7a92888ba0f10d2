import type { Histogram } from "./latency.ts";

/** Counters of one service in the candidate's environment since its proxy started: raw, never differences. */
export interface ServiceCounters {
  readonly requests: number;
  /** Requests that failed: 5xx and those that got no answer. */
  readonly errors: number;
  /** Cumulative buckets in milliseconds. */
  readonly latency: Histogram;
}

/** The counters could not be read. */
export interface Unreadable {
  readonly unreadable: string;
}

/** One look at the candidate's environment: what was read, as it was read. What was not read is left out. */
export interface Observation {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** By service name. Every service of the release must be there. */
  readonly services: Readonly<Record<string, ServiceCounters | Unreadable>>;
  /** Instances that answer their health check, of those that should. */
  readonly health?: { readonly healthy: number; readonly of: number } | undefined;
  /** The user flows; usually run on some looks only. */
  readonly smoke?: { readonly passed: boolean; readonly detail?: string | undefined } | undefined;
  readonly database?: { readonly reachable: boolean; readonly detail?: string | undefined } | undefined;
  /** New error patterns in the candidate's logs so far. */
  readonly newErrorPatterns?: number | undefined;
}
