import type { Histogram } from "./latency.ts";

/** Counters of one service in the candidate's environment since its proxy started: raw, never differences. */
export interface ServiceCounters {
  readonly requests: number;
  /** Requests that failed: 5xx and those that got no answer. */
  readonly errors: number;
  /** Cumulative buckets in milliseconds. */
  readonly latency: Histogram;
}

/** Whole stretches of time of one service, each counted by itself, as a metrics service tells them. */
export interface CountedPeriods {
  /** In order of time, none overlapping another; later looks tell the earlier ones anew. */
  readonly periods: readonly Period[];
}

/** What one service was asked and answered in a stretch of time. */
export interface Period {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** Requests that failed: 5xx and those that got no answer. */
  readonly errors: number;
  /** Milliseconds that 95 % of its answers took at most; null where that was not told. */
  readonly p95Ms: number | null;
  /** Nothing was told of it, though of later ones something was. */
  readonly missing?: boolean;
}

/** An alarm of the platform's own, as it says itself. */
export interface SeenAlarm {
  readonly name: string;
  readonly state: "ok" | "firing" | "unknown";
  /** What it means when it fires: the candidate is bad, or nobody can judge it. */
  readonly means: "no-go" | "doubt";
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
  readonly services: Readonly<Record<string, ServiceCounters | CountedPeriods | Unreadable>>;
  /** Instances that answer their health check, of those that should. */
  readonly health?: { readonly healthy: number; readonly of: number } | undefined;
  /** The user flows; usually run on some looks only. */
  readonly smoke?: { readonly passed: boolean; readonly detail?: string | undefined } | undefined;
  readonly database?: { readonly reachable: boolean; readonly detail?: string | undefined } | undefined;
  /** Alarms of the platform; left out where it has none. */
  readonly alarms?: readonly SeenAlarm[] | Unreadable | undefined;
  /** New error patterns in the candidate's logs so far. */
  readonly newErrorPatterns?: number | undefined;
}
