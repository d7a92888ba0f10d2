import type { EnvironmentName } from "../../release/environment.ts";
import { difference, percentile } from "../../release/latency.ts";
import type { ServiceCounters, Unreadable } from "../../release/observation.ts";
import { type Answered, type Compared, compareVersions, type Tolerance } from "../../release/strategy/comparison.ts";

/** The counters of users' requests to one environment, by service. */
export type CountersOf = (
  environment: EnvironmentName,
) => Promise<Readonly<Record<string, ServiceCounters | Unreadable>>>;

/** Where the old version and the new one are. */
interface Sides {
  readonly stable: EnvironmentName;
  readonly next: EnvironmentName;
}

/** Counts both versions' answers from now on, over the very same time. */
export class SameTimeCount {
  readonly #sides: Sides;
  readonly #countersOf: CountersOf;
  readonly #from: number;
  readonly #before: Both;

  private constructor(sides: Sides, countersOf: CountersOf, before: Both) {
    this.#sides = sides;
    this.#countersOf = countersOf;
    this.#from = Date.now();
    this.#before = before;
  }

  static async begin(sides: Sides, countersOf: CountersOf): Promise<SameTimeCount> {
    return new SameTimeCount(sides, countersOf, await both(sides, countersOf));
  }

  /** Whether the new version is worse than the old one, for each service by itself. */
  async compare(services: readonly string[], tolerance: Tolerance): Promise<SameTimeCompared> {
    const after = await both(this.#sides, this.#countersOf);
    const to = Date.now();
    const seen = services.map((service) => ({
      service,
      stable: answered(this.#before.stable[service], after.stable[service]),
      next: answered(this.#before.next[service], after.next[service]),
    }));
    return {
      requests: Math.min(...seen.map(({ next }) => next?.requests ?? 0)),
      services: seen.map(({ service, stable, next }) => {
        if (stable === undefined || next === undefined) {
          return { service, verdict: "undecided", sentence: "the counters of both versions could not be read" };
        }
        return { service, ...compareVersions({ from: this.#from, to, stable, next }, tolerance) };
      }),
    };
  }
}

export interface SameTimeCompared {
  /** Requests that the new version answered so far, of the service with the fewest; 0 where that cannot be read. */
  readonly requests: number;
  readonly services: readonly (Compared & { readonly service: string })[];
}

type Counters = Readonly<Record<string, ServiceCounters | Unreadable>>;

interface Both {
  readonly stable: Counters;
  readonly next: Counters;
}

async function both(sides: Sides, countersOf: CountersOf): Promise<Both> {
  const [stable, next] = await Promise.all([countersOf(sides.stable), countersOf(sides.next)]);
  return { stable, next };
}

/** What was answered in between; undefined when that cannot be told, as after a restart of the counters. */
function answered(
  before: ServiceCounters | Unreadable | undefined,
  after: ServiceCounters | Unreadable | undefined,
): Answered | undefined {
  if (before === undefined || after === undefined || "unreadable" in before || "unreadable" in after) return undefined;
  const change = difference(before.latency, after.latency);
  const requests = after.requests - before.requests;
  const errors = after.errors - before.errors;
  if (requests < 0 || errors < 0 || !change.ok || change.reset) return undefined;
  return { requests, errors, p95Ms: percentile(change.histogram, 0.95)?.ms ?? null };
}
