import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EnvironmentName } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import { LateChanges } from "../follower/lateChanges.ts";
import { BalancerNode } from "../follower/node.ts";
import type { ServiceState } from "../follower/serviceState.ts";
import { type FollowedService, readState } from "./follower/listenerState.ts";
import { locate, type NamedService } from "./follower/namedService.ts";
import type { Changes } from "./simulator/changes.ts";

export type { ServiceState } from "../follower/serviceState.ts";
export type { FollowedService } from "./follower/listenerState.ts";

/** One service with the ports that users reach, one for each node of the load balancer. */
export type ServedService = (FollowedService | NamedService) & {
  readonly ports: readonly number[];
  /** Where tests reach each environment past the rule, as by a test listener. */
  readonly tests?: Readonly<Record<EnvironmentName, number>>;
};

export interface FollowerSettings {
  /** The simulated AWS. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Envoy's executable. */
  readonly envoy: string;
  /** Where the nodes' files lie. */
  readonly folder: string;
  readonly services: readonly ServedService[];
  /** From a change in the API until the first node acts by it: 0 to 60,000 ms; default 0. */
  readonly delayMs?: number;
  /** How much later than the one before it each node acts; default 0. */
  readonly skewMs?: number;
  /** Shortest time from one look at the API to the next; default 200 ms. */
  readonly everyMs?: number;
  /** Of the simulated AWS, where it runs in this process: then the API is asked when something changed; else again and again. */
  readonly changes?: Changes;
}

/** A change that a node acts by. */
export interface Applied {
  readonly service: string;
  /** 0 for the first. */
  readonly node: number;
  /** Epoch ms at which the API told it, and at which the node acted. */
  readonly seenAt: number;
  readonly appliedAt: number;
  readonly state: ServiceState;
}

const longestDelayMs = 60_000;
const nothing: ServiceState = { weights: { blue: 0, green: 0 }, ports: { blue: [], green: [] } };

/**
 * Stands for the data plane of an ALB: follows the weights of rules and the health of targets in the API and brings them
 * to Envoys, which take the users' requests, as late and as unevenly as it is told to.
 */
export class Follower {
  readonly #settings: FollowerSettings;
  readonly #elb: ElasticLoadBalancingV2Client;
  readonly #abort = new AbortController();
  readonly #nodes: BalancerNode[] = [];
  readonly #admins = new Map<string, readonly string[]>();
  readonly #following: Promise<void>[] = [];
  readonly #applied: Applied[] = [];
  /** Services that were found by their names, with their rules. */
  readonly #located = new Map<string, FollowedService>();
  #delayMs: number;
  #complaint: string | undefined;

  private constructor(settings: FollowerSettings) {
    this.#settings = settings;
    const { endpoint, region, credentials } = settings;
    this.#elb = new ElasticLoadBalancingV2Client({ endpoint, region, credentials });
    this.#delayMs = checkedDelay(settings.delayMs ?? 0);
  }

  /** Starts the nodes with what the API tells now, and follows from there. */
  static async start(settings: FollowerSettings): Promise<Follower> {
    const follower = new Follower(settings);
    try {
      for (const service of settings.services) await follower.#follow(service);
    } catch (error) {
      await follower.stop();
      throw error;
    }
    return follower;
  }

  /** Changes the delay for what is seen from now on. */
  set delayMs(value: number) {
    this.#delayMs = checkedDelay(value);
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** `host:port` of the admin page of each node's Envoy, by the service's name. */
  get admins(): ReadonlyMap<string, readonly string[]> {
    return this.#admins;
  }

  /** Every change that a node acted by, in order. */
  get applied(): readonly Applied[] {
    return this.#applied;
  }

  /** Why the API could not be read last time, if so: nodes then go on by what they know, as an ALB's would. */
  get complaint(): string | undefined {
    return this.#complaint;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled(this.#following);
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  async #follow(service: ServedService): Promise<void> {
    const { signal } = this.#abort;
    const { envoy, folder } = this.#settings;
    const first = await this.#stateOf(service);
    const nodes: BalancerNode[] = [];
    for (const [index, port] of service.ports.entries()) {
      const at = {
        ...{ folder: join(folder, `${service.name}-${index}`), envoy, service: service.name, port, signal },
        ...(index === 0 && service.tests !== undefined ? { tests: service.tests } : {}),
      };
      const node = await BalancerNode.start(at, first);
      nodes.push(node);
      this.#nodes.push(node);
    }
    this.#admins.set(
      service.name,
      nodes.map(({ admin }) => admin),
    );
    this.#following.push(this.#watch(service, nodes, JSON.stringify(first)));
  }

  /** What the API says of it; of what is not there yet, nothing. */
  async #stateOf(service: ServedService): Promise<ServiceState> {
    if (!("loadBalancer" in service)) return readState(this.#elb, service);
    const known = this.#located.get(service.name);
    const located = known ?? (await locate(this.#elb, service));
    if (located?.ruleArn !== undefined) this.#located.set(service.name, located);
    return located === undefined ? nothing : readState(this.#elb, located);
  }

  async #watch(service: ServedService, nodes: readonly BalancerNode[], known: string): Promise<void> {
    const { signal } = this.#abort;
    let last = known;
    const changes = nodes.map(
      (node, index) =>
        new LateChanges<{ readonly seenAt: number; readonly state: ServiceState }>(async ({ seenAt, state }) => {
          await node.apply(state);
          this.#applied.push({ service: service.name, node: index, seenAt, appliedAt: Date.now(), state });
        }, signal),
    );
    const { changes: noted, everyMs = 200 } = this.#settings;
    while (!signal.aborted) {
      const before = noted?.count ?? 0;
      const state = await this.#stateOf(service).catch((error: unknown) => {
        this.#complaint = sentence(error);
        return undefined;
      });
      const text = JSON.stringify(state);
      if (state !== undefined) this.#complaint = undefined;
      if (state !== undefined && text !== last) {
        last = text;
        const seenAt = Date.now();
        for (const [index, late] of changes.entries()) {
          late.add({ seenAt, state }, seenAt + this.#delayMs + index * (this.#settings.skewMs ?? 0));
        }
      }
      await pause(everyMs, undefined, { signal }).catch(() => {});
      // Who was not told anything asks again.
      if (state !== undefined) await noted?.after(before, signal);
    }
    await Promise.allSettled(changes.map((it) => it.settled()));
  }
}

function checkedDelay(ms: number): number {
  if (ms >= 0 && ms <= longestDelayMs) return ms;
  throw new Error(`The delay is ${ms} ms; expected 0 to ${longestDelayMs}.`);
}
