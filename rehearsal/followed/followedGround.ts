import type pg from "pg";
import { requirePlatform } from "../../cli/live.ts";
import type { Platform } from "../../cli/platform/platform.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import type { ServiceState } from "../../tools/follower/serviceState.ts";
import { complaint } from "../command.ts";
import { Ground, type GroundSettings } from "../ground.ts";
import type { LoadTarget } from "../load/client.ts";
import { shopTraffic } from "../load/shopTraffic.ts";
import type { Measured } from "../memory.ts";
import { type Ends, endAll } from "./ends.ts";
import type { ShopDatabase } from "./shopDatabase.ts";

/** What brings users' requests where a platform's API says, and later than it says so. */
export interface Following {
  delayMs: number;
  readonly applied: readonly { readonly seenAt: number; readonly state: ServiceState }[];
}

/** Where users reach each service on this machine, and tests each side of it. */
export interface ShopPorts {
  readonly users: { readonly api: number; readonly web: number };
  readonly api: Readonly<Record<EnvironmentName, number>>;
  readonly web: Readonly<Record<EnvironmentName, number>>;
}

/**
 * What scenarios play on where the platform is one that this machine only has in part: an API that says where users go, the shop's
 * processes, Envoys that follow what the API says, and a PostgreSQL beside it.
 */
export abstract class FollowedGround extends Ground {
  abstract readonly follower: Following;
  /** How much later than the API's word requests go by it, when nothing else is played. Milliseconds. */
  abstract readonly usualLagMs: number;
  /** Names and versions of what only this platform uses. */
  abstract readonly moreTools: Readonly<Record<string, string>>;
  readonly #ports: ShopPorts;
  readonly #database: ShopDatabase;
  readonly #ends: Ends;

  constructor(
    settings: GroundSettings,
    parts: { readonly ports: ShopPorts; readonly database: ShopDatabase },
    ends: Ends,
  ) {
    super(settings);
    this.#ports = parts.ports;
    this.#database = parts.database;
    this.#ends = ends;
  }

  /** Names of the database's snapshots. */
  abstract snapshots(): Promise<readonly string[]>;

  /** Instances that each side of a service is told to run. */
  abstract instances(service: string): Promise<Readonly<Record<EnvironmentName, number>>>;

  /** Processes that are neither a command nor the load, by what they are part of. */
  abstract parts(): ReturnType<Measured["supervisors"]>;

  /** Ends everything but the stack's own processes, which the stack ended. */
  async close(): Promise<void> {
    await endAll(this.#ends);
  }

  asked(): Promise<Platform> {
    return requirePlatform(this.context);
  }

  protected users(): LoadTarget[] {
    const { api, web } = this.#ports.users;
    return shopTraffic({ api: `http://127.0.0.1:${api}`, web: `http://127.0.0.1:${web}` });
  }

  /** Whether users of every service get an answer of it. */
  async answersUsers(): Promise<boolean> {
    const asks = Object.values(this.#ports.users).map(async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    });
    return Promise.all(asks).then(
      (all) => all.every(Boolean),
      () => false,
    );
  }

  /** The side that has all users. @throws Problem when none has */
  async serving(): Promise<EnvironmentName> {
    const live = await this.live();
    if (live === undefined) throw new Problem({ happened: "Nobody serves everything." });
    return live.environment;
  }

  /** Changes the strategy of the stack, as a person does. */
  async strategyIs(kind: "blue-green" | "canary" | "rolling"): Promise<void> {
    const set = await this.pulumi("config", "set", "--path", "greenlight:strategy.kind", kind);
    if (set.exitCode !== 0) throw new Problem({ happened: `The strategy could not be set to ${kind}.` });
  }

  /** Blue/green again, with both sides at full size: a rolling release leaves one instance of the side that does not serve. */
  async atFullSize(): Promise<void> {
    await this.strategyIs("blue-green");
    const up = await this.operate("up");
    if (up.exitCode !== 0) throw new Problem({ happened: `Both sides did not come to full size: ${complaint(up)}` });
  }

  /** Runs one statement on the shop's database; its rows. */
  query<T extends pg.QueryResultRow>(statement: string): Promise<readonly T[]> {
    return this.#database.query<T>(statement);
  }
}
