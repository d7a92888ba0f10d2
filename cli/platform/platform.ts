import type { Observer } from "../../provider/watch/observer.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { ServedTraffic } from "../../release/servesAsAsked.ts";
import type { TrafficCount } from "../../release/strategy/countedTraffic.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import type { ObserverArgs } from "../watch/observerArgs.ts";

/** What serves users now, with the time of the reading. */
export interface Serving extends ServedTraffic {
  readonly readAt: Date;
  /** The environment that takes all traffic of all services, if one does. */
  readonly environment: EnvironmentName | undefined;
}

/** One service's instances in one environment. */
export interface ServiceHealth {
  readonly service: string;
  readonly healthy: number;
  readonly of: number;
  /** Such as `api on port 8080 is not healthy: …`, for each that is not; also where there is none. */
  readonly sick: readonly string[];
}

/** Whether traffic may go to an environment at once. */
export interface Readiness {
  readonly ready: boolean;
  /** What stands in the way; where nothing does, what should be known all the same. A sentence. */
  readonly says: string | undefined;
  /** What to do where nobody is ready; left out, to deploy a version there. */
  readonly next?: string;
}

/** Traffic as it was moved, read back from the platform. Epoch ms. */
export interface Moved {
  readonly writtenAt: number;
  readonly readBackAt: number;
}

/** The pages that users are led to, without the engine. */
export interface Pages {
  /** Which version's they are; undefined where they are nobody's. */
  served(): Promise<string | undefined>;
  /** Leads users to a version's and reads that back. @returns which they were before */
  move(version: string): Promise<string | undefined>;
}

/**
 * What the commands ask of a platform, without the engine. Everything is read when it is asked for; what cannot be read throws a
 * Problem, and is never assumed.
 */
export interface Platform {
  readonly name: "local" | "aws" | "kubernetes";
  /** The services whose traffic is switched, in the order in which they switch. */
  readonly services: readonly string[];
  serving(): Promise<Serving>;
  /** Whether an error of a question passes by itself, as while an API restarts; absent where none does, or its client asks again itself. */
  passes?(error: unknown): boolean;
  /** Versions that run in each environment; empty where none do. */
  running(): Promise<Readonly<Record<EnvironmentName, readonly string[]>>>;
  /** Instances that may take users' requests, in the eyes of what sends them there. */
  healthy(environment: EnvironmentName): Promise<{ readonly healthy: number; readonly of: number }>;
  /** Asks for the health of every instance, once. */
  health(environment: EnvironmentName, signal: AbortSignal, withinMs?: number): Promise<readonly ServiceHealth[]>;
  /** Whether somebody is there to serve. Never throws: what cannot be asked does not stand in the way back. */
  readiness(environment: EnvironmentName): Promise<Readiness>;
  /** Moves all traffic of all services and reads back until the platform agrees. This is the way back at 2 a.m. */
  moveTraffic(to: EnvironmentName, tell: (step: string) => void): Promise<Moved>;
  /** Pages that go with the services; absent where the stack has none. */
  readonly pages?: Pages;
  /** What speaks against a release before it begins: alarms of what serves that fire, a database that does not answer. A sentence each. */
  troubles(live: EnvironmentName, signal: AbortSignal): Promise<readonly string[]>;
  /** Begins to count what both sides answer users; absent where the platform counts no side by itself. */
  count?(signal: AbortSignal): Promise<TrafficCount>;
  /** The thresholds that are armed. @throws Problem where nothing is armed, so that nothing can be judged */
  thresholds(): Thresholds;
  /** Whoever looks at an environment that serves. */
  observer(args: ObserverArgs): Promise<Observer>;
  /** Epoch ms at which an update last moved traffic, where the platform keeps that. */
  movedAt(): number | undefined;
  /** Where each service is reached in one environment, whoever serves users. */
  addresses(environment: EnvironmentName): Readonly<Record<string, string>>;
}
