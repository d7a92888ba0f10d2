import type { EnvironmentName } from "../../release/environment.ts";
import { addHistograms, difference, type Histogram, percentile } from "../../release/latency.ts";
import type { Observation, ServiceCounters } from "../../release/observation.ts";
import type { Verdict } from "../../release/verdict.ts";
import type { EnvironmentLook, Reporter } from "../reporter.ts";

/** Turns each look into an event for the person: what changed since the look before, in rates. */
export function lookEvents(
  reporter: Reporter,
  watched: { readonly environment: EnvironmentName; readonly version: string },
  end: number,
): (look: Observation, verdict: Verdict) => void {
  let before: Observation | undefined;
  return (look, verdict) => {
    const rates = ratesTold(look) ?? (before === undefined ? undefined : ratesBetween(before, look));
    before = look;
    const environment: EnvironmentLook = {
      environment: watched.environment,
      version: watched.version,
      healthy: look.health?.healthy ?? 0,
      of: look.health?.of ?? 0,
      share: 100,
      requestsPerSecond: rates?.requestsPerSecond,
      errorRate: rates?.errorRate,
      p95Ms: rates?.p95Ms,
    };
    reporter.tell({ kind: "look", verdict, remainingMs: Math.max(0, end - Date.now()), environments: [environment] });
  };
}

interface Rates {
  readonly requestsPerSecond: number;
  readonly errorRate: number | undefined;
  readonly p95Ms: number | undefined;
}

/** Of the last period that was told, over all services together. */
function ratesTold(look: Observation): Rates | undefined {
  const told = Object.values(look.services).flatMap((it) => ("periods" in it ? (it.periods.at(-1) ?? []) : []));
  if (told.length === 0) return undefined;
  const requests = told.reduce((sum, it) => sum + it.requests, 0);
  const errors = told.reduce((sum, it) => sum + it.errors, 0);
  const p95s = told.flatMap(({ p95Ms }) => p95Ms ?? []);
  return {
    requestsPerSecond: told.reduce((sum, it) => sum + it.requests / ((it.to - it.from) / 1000), 0),
    errorRate: requests === 0 ? undefined : errors / requests,
    p95Ms: p95s.length === 0 ? undefined : Math.max(...p95s),
  };
}

/** Over all services together: for the eye only, the verdict judges each service on its own. */
function ratesBetween(before: Observation, now: Observation): Rates | undefined {
  let requests = 0;
  let errors = 0;
  let latency: Histogram | undefined;
  for (const [name, counters] of Object.entries(now.services)) {
    const earlier = before.services[name];
    if (!readable(counters) || earlier === undefined || !readable(earlier)) return undefined;
    requests += counters.requests - earlier.requests;
    errors += counters.errors - earlier.errors;
    const change = difference(earlier.latency, counters.latency);
    if (change.ok) latency = latency === undefined ? change.histogram : addHistograms(latency, change.histogram);
  }
  const seconds = (now.at - before.at) / 1000;
  if (seconds <= 0 || requests < 0) return undefined;
  return {
    requestsPerSecond: requests / seconds,
    errorRate: requests === 0 ? undefined : errors / requests,
    p95Ms: latency === undefined ? undefined : percentile(latency, 0.95)?.ms,
  };
}

function readable(it: Observation["services"][string]): it is ServiceCounters {
  return !("unreadable" in it) && !("periods" in it);
}
