import { minuteMs } from "../../../provider/aws/metrics.ts";
import type { AwsServingFacts } from "../../../provider/aws/serving.ts";
import { type MetricNames, readMetricNames, readTraffic } from "../../../provider/aws/trafficMetrics.ts";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { Observation } from "../../../release/observation.ts";
import { sentence } from "../../../release/problem.ts";
import { clock } from "../../../release/wording.ts";
import type { AwsClients } from "./awsClients.ts";

/** When CloudWatch's figures are believed. Milliseconds. */
export interface MetricTiming {
  /** How long after its end a minute's figures still change. */
  readonly settleMs: number;
  /** How long after that a minute may be without figures before their silence is told. */
  readonly lateMs: number;
  /** Least time between two questions, which cost money. */
  readonly everyMs: number;
}

/** A load balancer reports a minute within the next one or two. */
export const metricTiming: MetricTiming = { settleMs: 60_000, lateMs: 180_000, everyMs: 15_000 };

/** What CloudWatch counted of one environment's traffic since the watch began, in whole minutes. */
export class TrafficWatch {
  readonly #clients: AwsClients;
  readonly #facts: AwsServingFacts;
  readonly #environment: EnvironmentName;
  readonly #timing: MetricTiming;
  /** Start of the first whole minute of the watch. */
  readonly #from: number;
  #names: MetricNames | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #told: Observation["services"] = {};

  constructor(clients: AwsClients, facts: AwsServingFacts, environment: EnvironmentName, timing: MetricTiming) {
    this.#clients = clients;
    this.#facts = facts;
    this.#environment = environment;
    this.#timing = timing;
    this.#from = Math.ceil(Date.now() / minuteMs) * minuteMs;
  }

  async look(signal: AbortSignal): Promise<Observation["services"]> {
    const now = Date.now();
    if (now - this.#askedAt < this.#timing.everyMs) return this.#told;
    this.#askedAt = now;
    try {
      this.#names ??= await readMetricNames(this.#clients.loadBalancing, this.#facts, this.#environment, signal);
      const to = Math.floor((now - this.#timing.settleMs) / minuteMs) * minuteMs;
      const traffic = await readTraffic(this.#clients.cloudWatch, this.#names, this.#from, to, signal);
      this.#told = Object.fromEntries(
        Object.entries(traffic).map(([service, periods]) => {
          const last = periods.at(-1)?.to ?? this.#from;
          const late = to - last > this.#timing.lateMs;
          return [service, late ? { unreadable: `CloudWatch has told nothing since ${clock(last)}` } : { periods }];
        }),
      );
    } catch (error) {
      signal.throwIfAborted();
      const unreadable = sentence(error).split("\n")[0] ?? "";
      this.#told = Object.fromEntries(this.#facts.services.map(({ service }) => [service, { unreadable }]));
    }
    return this.#told;
  }
}
