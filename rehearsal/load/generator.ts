import type { Bucket, LoadSummary, LoadWindow, Mark, Outcome } from "./answers.ts";
import { Arrivals, turns } from "./arrivals.ts";
import { Connections } from "./connections.ts";
import { Exchange } from "./exchange.ts";
import type { CheckedOptions, CheckedTarget } from "./options.ts";
import { Tally } from "./tally.ts";

/** Often enough that an arrival is at most this late by our own doing. */
const tickMs = 2;

/** A target with the place it has reached in its paths. */
interface Lane {
  readonly target: CheckedTarget;
  readonly weight: number;
  readonly connections: Connections;
  nextPath: number;
}

/**
 * Open-loop load: arrivals come by the clock, however slow the answers are, and each counts exactly once, as answered
 * or as failed. No retries. Latency is measured from when a request was due, so a stall is seen by all who met it.
 */
export class Generator {
  readonly #options: CheckedOptions;
  readonly #clock: () => number;
  readonly #tally: Tally;
  readonly #arrivals: Arrivals;
  readonly #nextLane: () => Lane;
  readonly #connections: readonly Connections[];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt: number;
  readonly #cpuAtStart = process.cpuUsage();
  /** In order of their due times, ended ones included until they come to the front. */
  #queue: Exchange[] = [];
  #inFlight = 0;
  #latestSendMs = 0;
  #endedBy: LoadSummary["endedBy"] | undefined;
  #cpuShare = 0;
  #whenIdle: (() => void) | undefined;

  constructor(options: CheckedOptions, clock: () => number = wallClock) {
    this.#options = options;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#tally = new Tally(this.#startedAt);
    this.#arrivals = new Arrivals(this.#startedAt, options.ratePerSecond);
    const byOrigin = new Map<string, Connections>();
    const lanes = options.targets.map((target): Lane => {
      const { origin } = new URL(target.url);
      const connections = byOrigin.get(origin) ?? new Connections(origin, options.connections, options.timeoutMs);
      byOrigin.set(origin, connections);
      return { target, weight: target.weight, connections, nextPath: 0 };
    });
    this.#connections = [...byOrigin.values()];
    this.#nextLane = turns(lanes);
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Why it sends no more; undefined while it does. */
  get endedBy(): LoadSummary["endedBy"] | undefined {
    return this.#endedBy;
  }

  mark(name: string): Mark {
    return this.#tally.mark(name, this.#clock());
  }

  window(from: number, to?: number): LoadWindow {
    return this.#tally.since(from, this.#clock(), this.#inFlight, to);
  }

  timeline(): Bucket[] {
    return this.#tally.timeline(this.#clock());
  }

  /** Sends no more, waits until all that was sent has ended (at most the timeout), and sums up. */
  async stop(): Promise<LoadSummary> {
    this.#endSending("stop");
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    clearInterval(this.#timer);
    await Promise.all(this.#connections.map((connections) => connections.close()));
    return {
      ...this.window(this.#tally.start.id),
      endedBy: this.#endedBy ?? "stop",
      arrivals: this.#arrivals.taken,
      latestSendMs: this.#latestSendMs,
      cpuShare: this.#cpuShare,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  #tick(): void {
    const now = this.#clock();
    this.#endLate(now);
    if (this.#endedBy !== undefined) return;
    if (now - this.#startedAt >= this.#options.maxSeconds * 1000) this.#endSending("time limit");
    while (this.#endedBy === undefined) {
      const dueAt = this.#arrivals.next(now);
      if (dueAt === undefined) return;
      this.#send(dueAt, now);
      if (this.#arrivals.taken >= this.#options.maxRequests) this.#endSending("request limit");
    }
  }

  #send(intendedAt: number, now: number): void {
    const lane = this.#nextLane();
    const { target } = lane;
    const path = target.paths[lane.nextPath % target.paths.length] ?? "/";
    lane.nextPath += 1;
    this.#latestSendMs = Math.max(this.#latestSendMs, now - intendedAt);
    if (this.#inFlight >= this.#options.maxInFlight) {
      this.#tally.add(unsent(target, path, intendedAt, now, this.#inFlight));
      return;
    }
    this.#inFlight += 1;
    const exchange = new Exchange({
      target,
      path,
      intendedAt,
      client: lane.connections.take(),
      clock: this.#clock,
      end: (outcome, { client }) => {
        this.#inFlight -= 1;
        this.#tally.add(outcome);
        lane.connections.giveBack(client);
        if (this.#inFlight === 0) this.#whenIdle?.();
      },
    });
    this.#queue.push(exchange);
    exchange.send();
  }

  #endLate(now: number): void {
    let ended = 0;
    for (const exchange of this.#queue) {
      if (!exchange.ended) {
        if (now - exchange.intendedAt < this.#options.timeoutMs) break;
        exchange.timeOut(this.#options.timeoutMs);
      }
      ended += 1;
    }
    // Seldom and in bulk: cutting the front off costs as much as what stays.
    if (ended > 256 || ended === this.#queue.length) this.#queue = this.#queue.slice(ended);
  }

  #endSending(reason: LoadSummary["endedBy"]): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = reason;
    const used = process.cpuUsage(this.#cpuAtStart);
    const elapsedMs = Math.max(1, this.#clock() - this.#startedAt);
    this.#cpuShare = (used.user + used.system) / 1000 / elapsedMs;
  }
}

/** Epoch milliseconds with fractions, on a clock that never steps back. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

function unsent(target: CheckedTarget, path: string, intendedAt: number, now: number, inFlight: number): Outcome {
  return {
    service: target.name,
    method: target.method,
    path,
    intendedAt,
    sentAt: undefined,
    endedAt: now,
    version: undefined,
    environment: undefined,
    status: undefined,
    failure: { kind: "unsent", error: `not sent: ${inFlight} requests were in flight` },
  };
}
