import type { EnvironmentName } from "../../release/environment.ts";
import { difference, percentile } from "../../release/latency.ts";
import type { ServiceCounters, Unreadable } from "../../release/observation.ts";
import type { Answered } from "../../release/strategy/comparison.ts";
import type { TrafficCount } from "../../release/strategy/countedTraffic.ts";

type Counters = Readonly<Record<string, ServiceCounters | Unreadable>>;
type BothCounters = Readonly<Record<EnvironmentName, Counters>>;

/**
 * Counts from now on by the proxy's counters, which go on for as long as it runs.
 *
 * @param countersOf the counters of users' requests to one environment, by service
 */
export async function countFromNow(countersOf: (side: EnvironmentName) => Promise<Counters>): Promise<TrafficCount> {
  const both = async (): Promise<BothCounters> => {
    const [blue, green] = await Promise.all([countersOf("blue"), countersOf("green")]);
    return { blue, green };
  };
  const from = Date.now();
  const before = await both();
  return {
    async soFar() {
      const after = await both();
      const side = (name: EnvironmentName) =>
        Object.fromEntries(
          Object.keys(after[name]).map((service) => [service, answered(before[name][service], after[name][service])]),
        );
      return { from, to: Date.now(), answered: { blue: side("blue"), green: side("green") } };
    },
  };
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
