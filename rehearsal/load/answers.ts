/** Why a request counts as failed. */
export const failureKinds = [
  /** No connection. */
  "connect",
  /** The connection broke before the answer's end. */
  "reset",
  /** No complete answer in time. */
  "timeout",
  /** A status other than the expected one. */
  "status",
  /** The expected status, but not the expected body. */
  "body",
  /** Answered without saying by which version and environment. */
  "unattributed",
  /** Not sent: too many were in flight. */
  "unsent",
  "other",
] as const;

export type FailureKind = (typeof failureKinds)[number];

/** Stands for a version or environment that no answer named. */
export const unknownOrigin = "unknown";

/** How one request ended. Times are epoch milliseconds, with fractions. */
export interface Outcome {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** When it was due. */
  readonly intendedAt: number;
  /** When it went out on its connection. */
  readonly sentAt: number | undefined;
  /** When its answer, or its failure, was complete. */
  readonly endedAt: number;
  /** From the `x-version` and `x-environment` headers. */
  readonly version: string | undefined;
  readonly environment: string | undefined;
  readonly status: number | undefined;
  readonly failure: { readonly kind: FailureKind; readonly error: string } | undefined;
}

/** One failed request, for a person to read. */
export interface FailureSample {
  readonly at: number;
  readonly sentAt: number | null;
  readonly service: string;
  readonly request: string;
  readonly version: string;
  readonly environment: string;
  readonly kind: FailureKind;
  readonly error: string;
}

/** Answers counted together. Times are epoch milliseconds with fractions; null when nothing was answered. */
export interface Answers {
  /** All that ended, failed ones included. */
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  /** Latency from the intended start, of answers and timeouts, in milliseconds; null when there was none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** By time of receipt. */
  readonly firstAnswerAt: number | null;
  readonly lastAnswerAt: number | null;
  /** By time of sending, of the requests that were answered. */
  readonly firstSentAt: number | null;
  readonly lastSentAt: number | null;
}

export interface AnswersOf extends Answers {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
}

/** A moment to count from; made by the load process, in its clock. */
export interface Mark {
  readonly id: number;
  readonly name: string;
  readonly at: number;
}

/** What ended since a mark (by time of receipt). */
export interface LoadWindow {
  readonly since: Mark;
  readonly until: number;
  /** Sent but not ended yet, so not counted. */
  readonly inFlight: number;
  readonly total: Answers;
  /** The first 20 failures of each kind, in order of time. */
  readonly samples: readonly FailureSample[];
  readonly byVersion: Readonly<Record<string, Answers>>;
  readonly byEnvironment: Readonly<Record<string, Answers>>;
  readonly parts: readonly AnswersOf[];
}

/** One second, by time of receipt. */
export interface Bucket {
  /** Its begin, epoch milliseconds. */
  readonly at: number;
  readonly parts: readonly AnswersOf[];
}

export interface LoadSummary extends LoadWindow {
  readonly endedBy: "stop" | "time limit" | "request limit";
  /** Arrivals that were due; each of them is in `total.requests`. */
  readonly arrivals: number;
  /** The latest that a request was sent after it was due, because this machine was busy. */
  readonly latestSendMs: number;
  /** Share of one core that the load process used while sending. */
  readonly cpuShare: number;
  readonly rssBytes: number;
}
