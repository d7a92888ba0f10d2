import type { EnvironmentName } from "../../release/environment.ts";
import type { Observation } from "../../release/observation.ts";
import { sentence } from "../../release/problem.ts";
import { clock } from "../../release/wording.ts";
import { lastSettled, nextStart, type TrafficSource } from "./trafficSource.ts";

/** What was told of one environment's traffic since the watch began, in whole stretches of time. */
export class ToldTraffic {
  readonly #source: TrafficSource;
  readonly #environment: EnvironmentName;
  readonly #from: number;
  #askedAt = Number.NEGATIVE_INFINITY;
  #told: Observation["services"] = {};

  constructor(source: TrafficSource, environment: EnvironmentName) {
    this.#source = source;
    this.#environment = environment;
    this.#from = nextStart(source, Date.now());
  }

  async look(signal: AbortSignal): Promise<Observation["services"]> {
    const { teller, services, timing } = this.#source;
    const now = Date.now();
    if (now - this.#askedAt < timing.everyMs) return this.#told;
    this.#askedAt = now;
    const to = lastSettled(this.#source, now);
    try {
      const traffic = await this.#source.read(this.#environment, this.#from, to, signal);
      this.#told = Object.fromEntries(
        Object.entries(traffic).map(([service, periods]) => {
          const last = periods.at(-1)?.to ?? this.#from;
          const late = to - last > timing.lateMs;
          return [service, late ? { unreadable: `${teller} has told nothing since ${clock(last)}` } : { periods }];
        }),
      );
    } catch (error) {
      signal.throwIfAborted();
      const unreadable = sentence(error).split("\n")[0] ?? "";
      this.#told = Object.fromEntries(services.map((service) => [service, { unreadable }]));
    }
    return this.#told;
  }
}
