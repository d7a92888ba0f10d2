import { build, type Histogram } from "hdr-histogram-js";
import { type Answers, type FailureKind, failureKinds, type Outcome } from "./answers.ts";

/** Running count of outcomes; cheap to add to, and two can be added together. */
export class Count {
  #requests = 0;
  #failed = 0;
  readonly #failures = new Map<FailureKind, number>();
  /** Microseconds, to 1 %. */
  #latency: Histogram | undefined;
  #firstAnswerAt = Number.POSITIVE_INFINITY;
  #lastAnswerAt = Number.NEGATIVE_INFINITY;
  #firstSentAt = Number.POSITIVE_INFINITY;
  #lastSentAt = Number.NEGATIVE_INFINITY;

  add(outcome: Outcome): void {
    this.#requests += 1;
    if (outcome.failure !== undefined) {
      this.#failed += 1;
      const { kind } = outcome.failure;
      this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
    }
    const answered = outcome.status !== undefined && outcome.sentAt !== undefined;
    // A refused connection is quick: counted as latency it would make an outage look fast.
    if (answered || outcome.failure?.kind === "timeout") {
      this.#latency ??= newHistogram();
      this.#latency.recordValue(Math.max(1, Math.round((outcome.endedAt - outcome.intendedAt) * 1000)));
    }
    if (answered && outcome.sentAt !== undefined) {
      this.#firstAnswerAt = Math.min(this.#firstAnswerAt, outcome.endedAt);
      this.#lastAnswerAt = Math.max(this.#lastAnswerAt, outcome.endedAt);
      this.#firstSentAt = Math.min(this.#firstSentAt, outcome.sentAt);
      this.#lastSentAt = Math.max(this.#lastSentAt, outcome.sentAt);
    }
  }

  include(other: Count): void {
    this.#requests += other.#requests;
    this.#failed += other.#failed;
    for (const [kind, number] of other.#failures) this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + number);
    if (other.#latency !== undefined) {
      this.#latency ??= newHistogram();
      this.#latency.add(other.#latency);
    }
    this.#firstAnswerAt = Math.min(this.#firstAnswerAt, other.#firstAnswerAt);
    this.#lastAnswerAt = Math.max(this.#lastAnswerAt, other.#lastAnswerAt);
    this.#firstSentAt = Math.min(this.#firstSentAt, other.#firstSentAt);
    this.#lastSentAt = Math.max(this.#lastSentAt, other.#lastSentAt);
  }

  answers(): Answers {
    const failures: Partial<Record<FailureKind, number>> = {};
    for (const kind of failureKinds) {
      const number = this.#failures.get(kind);
      if (number !== undefined) failures[kind] = number;
    }
    const percentile = (share: number) =>
      this.#latency === undefined ? null : this.#latency.getValueAtPercentile(share) / 1000;
    return {
      requests: this.#requests,
      failed: this.#failed,
      failures,
      p50Ms: percentile(50),
      p95Ms: percentile(95),
      p99Ms: percentile(99),
      maxMs: percentile(100),
      firstAnswerAt: known(this.#firstAnswerAt),
      lastAnswerAt: known(this.#lastAnswerAt),
      firstSentAt: known(this.#firstSentAt),
      lastSentAt: known(this.#lastSentAt),
    };
  }
}

function newHistogram(): Histogram {
  return build({ bitBucketSize: 32, numberOfSignificantValueDigits: 2, autoResize: true });
}

function known(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
