import type { EnvironmentName } from "../../release/environment.ts";
import { difference, percentile } from "../../release/latency.ts";
import type { ServiceCounters, Unreadable } from "../../release/observation.ts";
import { type Answered, type Compared, compareVersions, type Tolerance } from "../../release/strategy/comparison.ts";

/** The counters of users' requests to one environment, by service. */
export type CountersOf = (
  environment: EnvironmentName,
) => Promise<Readonly<Record<string, ServiceCounters | Unreadable>>>;

/** Counts both versions' answers from now on, over the very same time. */
export class SameTimeCount {
  readonly #sides: { readonly stable: EnvironmentName; readonly next: EnvironmentName };
  readonly #countersOf: CountersOf;
  readonly #from: number;
  readonly #before: Both;

  private constructor(sides: SameTimeCount["sides"], countersOf: CountersOf, before: Both) {
    this.#sides = sides;
    this.#countersOf = countersOf;
    this.#from = Date.now();
    this.#before = before;
  }

  get sides() {
    return this.#sides;
  }

  static async begin(
    sides: { readonly stable: EnvironmentName; readonly next: EnvironmentName },
    countersOf: CountersOf,
  ): Promise<SameTimeCount> {
    return new SameTimeCount(sides, countersOf, await both(sides, countersOf));
  }

  /** Requests that the new version answered so far, of the service with the fewest; 0 where that cannot be read. */
  async requests(services: readonly string[]): Promise<number> {
    const after = await both(this.#sides, this.#countersOf);
    return Math.min(...services.map((name) => answered(this.#before.next[name], after.next[name])?.requests ?? 0));
  }

  /** Whether the new version is worse than the old one, for each service by itself. */
  async compare(
    services: readonly string[],
    tolerance: Tolerance,
  ): Promise<readonly (Compared & { service: string })[]> {
    const after = await both(this.#sides, this.#countersOf);
    const to = Date.now();
    return services.map((service) => {
      const stable = answered(this.#before.stable[service], after.stable[service]);
      const next = answered(this.#before.next[service], after.next[service]);
      if (stable === undefined || next === undefined) {
        return { service, verdict: "undecided", sentence: "the counters of both versions could not be read" };
      }
      return { service, ...compareVersions({ from: this.#from, to, stable, next }, tolerance) };
    });
  }
}

type Counters = Readonly<Record<string, ServiceCounters | Unreadable>>;

interface Both {
  readonly stable: Counters;
  readonly next: Counters;
}

async function both(sides: SameTimeCount["sides"], countersOf: CountersOf): Promise<Both> {
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
