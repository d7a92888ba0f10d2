import type { EnvironmentName } from "../../release/environment.ts";
import { type Interval, seriesOf } from "../../release/interval.ts";
import { percentile } from "../../release/latency.ts";
import type { Observation } from "../../release/observation.ts";
import type { Point } from "./points.ts";

/** What a watch saw as points for the charts: one from each look to the next, services taken together. */
export function pointsOfLooks(looks: readonly Observation[], environment: EnvironmentName, version: string): Point[] {
  const names = [...new Set(looks.flatMap((look) => Object.keys(look.services)))];
  const byBegin = new Map<number, Interval[]>();
  for (const interval of names.flatMap((name) => seriesOf(name, looks).intervals)) {
    byBegin.set(interval.from, [...(byBegin.get(interval.from) ?? []), interval]);
  }
  return [...byBegin]
    .toSorted(([a], [b]) => a - b)
    .map(([at, intervals]): Point => {
      const p95 = intervals.flatMap(({ latency }) => {
        const found = latency === undefined ? undefined : percentile(latency, 0.95);
        return found === undefined ? [] : [found.ms];
      });
      return {
        at,
        seconds: Math.max(...intervals.map((it) => it.to - it.from), 1) / 1000,
        answered: [
          {
            environment,
            version,
            requests: intervals.reduce((sum, it) => sum + it.requests, 0),
            failed: intervals.reduce((sum, it) => sum + it.errors, 0),
            p95Ms: p95.length === 0 ? null : Math.max(...p95),
          },
        ],
      };
    });
}
