import type { EnvironmentName } from "../../release/environment.ts";
import { type Compared, compareVersions, type Tolerance } from "../../release/strategy/comparison.ts";
import type { CountedTraffic } from "../platform/platform.ts";

/** Where the old version and the new one are. */
export interface Sides {
  readonly stable: EnvironmentName;
  readonly next: EnvironmentName;
}

export interface SidesCompared {
  /** Requests that the new version answered so far, of the service with the fewest; 0 where that cannot be read. */
  readonly requests: number;
  readonly services: readonly (Compared & { readonly service: string })[];
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
