import type { EnvironmentName } from "../environment.ts";
import type { Thresholds } from "../thresholds.ts";
import type { Verdict, VerdictWord } from "../verdict.ts";
import { type Compared, compareVersions, type Tolerance } from "./comparison.ts";
import type { CountedTraffic } from "./countedTraffic.ts";

/** How much slower than the old version the new one may answer, where either takes long enough to matter. */
const p95Factor = 2;

/** Where the old version and the new one are. */
interface Sides {
  readonly stable: EnvironmentName;
  readonly next: EnvironmentName;
}

interface SidesCompared {
  /** Requests that the new version answered so far, of the service with the fewest; 0 where that cannot be read. */
  readonly requests: number;
  readonly services: readonly (Compared & { readonly service: string })[];
}

/** How much worse than the old version the new one may be, by what makes a release a no-go. @param minRequests that each must have answered */
export function toleranceOf({ errorRate, p95 }: Thresholds, minRequests: number): Tolerance {
  return { minRequests, errorRate: errorRate.max, p95Factor, p95FloorMs: p95.maxMs / 10 };
}

/** Whether the new version is worse than the old one, for each service by itself. */
export function compareSides(
  { from, to, answered, unreadable }: CountedTraffic,
  sides: Sides,
  services: readonly string[],
  tolerance: Tolerance,
): SidesCompared {
  const seen = services.map((service) => ({
    service,
    stable: answered[sides.stable][service],
    next: answered[sides.next][service],
  }));
  return {
    requests: Math.min(...seen.map(({ next }) => next?.requests ?? 0)),
    services: seen.map(({ service, stable, next }) => {
      if (stable === undefined || next === undefined) {
        const why = unreadable === undefined ? "" : `: ${unreadable}`;
        return { service, verdict: "undecided", sentence: `what both versions answered could not be read${why}` };
      }
      return { service, ...compareVersions({ from, to, stable, next }, tolerance) };
    }),
  };
}

/**
 * The verdict of a share: a version that is no worse by itself must not be worse than what it replaces either.
 *
 * @param verdict the absolute rule's; only its go is compared any further
 * @param share percent of the requests that the new version answers
 */
export function comparedVerdict(verdict: Verdict, share: number, { services }: SidesCompared): Verdict {
  if (verdict.verdict !== "go") return verdict;
  const word = (["no-go", "undecided"] as const).find((it) => services.some((one) => one.verdict === it)) ?? "go";
  const said = services.filter((it) => it.verdict === word).map(({ service, sentence }) => `${service}: ${sentence}`);
  return { ...verdict, verdict: word, sentence: `${heads[word]} at ${share} %, compared: ${said.join("; ")}.` };
}

const heads: Readonly<Record<VerdictWord, string>> = { go: "Go", "no-go": "No-go", undecided: "Undecided" };
