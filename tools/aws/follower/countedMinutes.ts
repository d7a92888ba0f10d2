import { setTimeout as pause } from "node:timers/promises";
import { EnvoyAdmin } from "../../../provider/local/envoy/admin.ts";
import { readCounters } from "../../../provider/local/envoy/metrics.ts";
import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import { addHistograms, difference, type Histogram, percentile } from "../../../release/latency.ts";
import type { MinuteFigures } from "../simulator/figures.ts";

export interface Counted {
  readonly requests: number;
  readonly errors: number;
  readonly latency: Histogram;
}

const minuteMs = 60_000;

/**
 * Counts what the nodes forward to each group, minute by minute, as CloudWatch tells of a load balancer's target groups. A minute in which
 * a group got nothing has no figures, as there.
 */
export class CountedMinutes {
  readonly #admins: ReadonlyMap<string, readonly string[]>;
  /** By service and environment, and by the minute's beginning in epoch seconds. */
  readonly #figures = new Map<string, MinuteFigures>();
  readonly #before = new Map<string, Counted>();
  readonly #abort = new AbortController();
  readonly #counting: Promise<void>;

  /** @param admins `host:port` of each node's Envoy, by the service's name */
  constructor(admins: ReadonlyMap<string, readonly string[]>) {
    this.#admins = admins;
    this.#counting = this.#count();
  }

  /** What a group was asked in a minute, which is told when it is over. @param minute its beginning in epoch seconds */
  of(service: string, environment: EnvironmentName, minute: number): MinuteFigures | undefined {
    return this.#figures.get(`${service} ${environment} ${minute}`);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#counting;
  }

  async #count(): Promise<void> {
    const { signal } = this.#abort;
    await this.#read();
    while (!signal.aborted) {
      const minute = Math.floor(Date.now() / minuteMs) * minuteMs;
      await pause(minute + minuteMs - Date.now(), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const counted = await this.#read();
      for (const [group, figures] of counted) this.#figures.set(`${group} ${minute / 1_000}`, figures);
    }
  }

  /** What was counted since the last reading. An Envoy that does not answer told nothing: those figures are missing. */
  async #read(): Promise<Map<string, MinuteFigures>> {
    const found = new Map<string, MinuteFigures>();
    for (const [service, admins] of this.#admins) {
      for (const environment of environmentNames) {
        const now = await countedBy(admins, service, environment);
        if (now === undefined) continue;
        const group = `${service} ${environment}`;
        const before = this.#before.get(group);
        this.#before.set(group, now);
        const figures = before === undefined ? undefined : figuresBetween(before, now);
        if (figures !== undefined) found.set(group, figures);
      }
    }
    return found;
  }
}

/** What all nodes together forwarded to one group since they started. */
async function countedBy(
  admins: readonly string[],
  service: string,
  environment: EnvironmentName,
): Promise<Counted | undefined> {
  let all: Counted | undefined;
  for (const address of admins) {
    const [host = "", port = "0"] = address.split(":");
    const one = (await readCounters(new EnvoyAdmin(host, Number(port)), [service], environment))[service];
    if (one === undefined || "unreadable" in one) return undefined;
    const latency = all === undefined ? one.latency : addHistograms(all.latency, one.latency);
    if (latency === undefined) return undefined;
    all = { requests: one.requests + (all?.requests ?? 0), errors: one.errors + (all?.errors ?? 0), latency };
  }
  return all;
}

/** What CloudWatch tells of what was forwarded between two readings; undefined where nothing was, or what was cannot be told. */
export function figuresBetween(before: Counted, now: Counted): MinuteFigures | undefined {
  const requests = now.requests - before.requests;
  const latency = difference(before.latency, now.latency);
  if (requests <= 0 || !latency.ok) return undefined;
  const p95 = percentile(latency.histogram, 0.95);
  return {
    RequestCount: requests,
    HTTPCode_Target_5XX_Count: now.errors - before.errors,
    ...(p95 === undefined ? {} : { TargetResponseTime: p95.ms / 1_000 }),
  };
}
