import type { EnvironmentName } from "../environment.ts";
import type { Answered } from "./comparison.ts";

/** What both sides answered users over the very same time. */
export interface CountedTraffic {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** By environment and service; undefined for a service of which it cannot be told. */
  readonly answered: Readonly<Record<EnvironmentName, Readonly<Record<string, Answered | undefined>>>>;
  /** Why it cannot be told; left out where it can. */
  readonly unreadable?: string;
}

/** A count of users' requests that goes on since it was begun. */
export interface TrafficCount {
  soFar(): Promise<CountedTraffic>;
}
