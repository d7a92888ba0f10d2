import type { VerdictWord } from "../verdict.ts";
import { milliseconds, percent } from "../wording.ts";

/** What one version answered in a stretch of time. */
export interface Answered {
  readonly requests: number;
  /** Requests that failed: 5xx and those that got no answer. */
  readonly errors: number;
  /** 95th percentile of answer times, ms; null where it was not told. */
  readonly p95Ms: number | null;
}

/** Both versions over the very same time: anything else compares a Monday morning with a Sunday night. */
export interface SameTime {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly stable: Answered;
  readonly next: Answered;
}

/** How much worse than the old version the new one may be. */
export interface Tolerance {
  /** Requests that each must have answered before they are compared. */
  readonly minRequests: number;
  /** Share of failed requests beyond the old version's, as a fraction. */
  readonly errorRate: number;
  /** The old version's 95th percentile, times this. */
  readonly p95Factor: number;
  /** Answer times below it are all the same to users, ms. Default: 0. */
  readonly p95FloorMs?: number;
}

export interface Compared {
  readonly verdict: VerdictWord;
  readonly sentence: string;
}

/**
 * Whether the new version is worse than the old one. It says nothing of whether either is good: that is the absolute rule's
 * (`judge` in ../verdict.ts), and both must be passed. Too few requests, or times that were not told, are undecided.
 */
export function compareVersions({ stable, next }: SameTime, tolerance: Tolerance): Compared {
  for (const [name, { requests, errors }] of [["old", stable] as const, ["new", next] as const]) {
    if (!(requests >= 0 && errors >= 0 && errors <= requests)) {
      return { verdict: "undecided", sentence: `the ${name} version's figures say ${errors} errors of ${requests}` };
    }
    if (requests < Math.max(1, tolerance.minRequests)) {
      return {
        verdict: "undecided",
        sentence: `the ${name} version answered ${requests} requests of the ${Math.max(1, tolerance.minRequests)} that a comparison needs`,
      };
    }
  }
  const rate = ({ errors, requests }: Answered) => errors / requests;
  const said = `${percent(rate(next))} of the new version's requests failed, ${percent(rate(stable))} of the old one's`;
  if (rate(next) > rate(stable) + tolerance.errorRate) return { verdict: "no-go", sentence: said };
  if (next.p95Ms === null || stable.p95Ms === null) {
    return { verdict: "undecided", sentence: `${said}; answer times were not told` };
  }
  const times = `its 95th percentile is ${milliseconds(next.p95Ms)}, the old one's ${milliseconds(stable.p95Ms)}`;
  const slow = next.p95Ms > Math.max(stable.p95Ms, tolerance.p95FloorMs ?? 0) * tolerance.p95Factor;
  return { verdict: slow ? "no-go" : "go", sentence: `${said}; ${times}` };
}
