import type { EnvironmentName } from "../../release/environment.ts";
import type { NewPattern } from "../../release/logPatterns.ts";
import type { Observation } from "../../release/observation.ts";
import { sentence } from "../../release/problem.ts";
import type { SmokeRun } from "../gates/smoke.ts";
import type { ErrorLogs } from "./errorLogs.ts";
import type { Observer } from "./observer.ts";
import { SmokeRounds } from "./smokeRounds.ts";
import { ToldTraffic } from "./toldTraffic.ts";
import type { TrafficSource } from "./trafficSource.ts";

/** One thing that is looked at; it throws where that cannot be read. */
type Look<T> = (signal: AbortSignal) => Promise<T>;

/** What a metrics service tells of an environment. */
export interface ToldLooks {
  readonly environment: EnvironmentName;
  readonly traffic: TrafficSource;
  /** The platform's own alarms; left out where it has none. */
  readonly alarms?: Look<Observation["alarms"]>;
  /** Left out where there is no database, or nobody to ask about it. */
  readonly database?: Look<Observation["database"]>;
}

export interface ToldObserverOptions extends ToldLooks {
  /** Instances in the eyes of what sends them requests. */
  readonly healthy: Look<{ readonly healthy: number; readonly of: number }>;
  /** Left out where they are not looked at. */
  readonly logs?: ErrorLogs;
  /** Key user flows and how often they run, ms; left out where they are not looked at. */
  readonly smoke?: { readonly run: SmokeRun; readonly everyMs: number };
  readonly signal: AbortSignal;
}

/** The looks at an environment of whose traffic a metrics service tells: its figures, alarms, logs, instances, user flows. */
export class ToldObserver implements Observer {
  readonly #it: ToldObserverOptions;
  readonly #smoke: SmokeRounds | undefined;
  #traffic: ToldTraffic;
  database: Observation["database"];
  newPatterns: readonly NewPattern[] = [];

  constructor(it: ToldObserverOptions) {
    this.#it = it;
    this.#traffic = new ToldTraffic(it.traffic, it.environment);
    this.#smoke = it.smoke === undefined ? undefined : new SmokeRounds(it.smoke.run, it.smoke.everyMs, it.signal);
  }

  async look(): Promise<Observation> {
    const { signal, healthy, logs, database: askDatabase } = this.#it;
    this.#smoke?.begin();
    const [services, alarms, health, patterns, database] = await Promise.all([
      this.#traffic.look(signal),
      this.#alarms(),
      healthy(signal).catch(() => undefined),
      logs?.look(signal),
      askDatabase?.(signal).catch(() => undefined),
    ]);
    signal.throwIfAborted();
    this.database = database;
    if (patterns !== undefined) this.newPatterns = patterns;
    const smoke = this.#smoke?.take();
    return {
      at: Date.now(),
      services,
      ...(alarms === undefined ? {} : { alarms }),
      ...(health === undefined ? {} : { health }),
      ...(smoke === undefined ? {} : { smoke }),
      ...(database === undefined ? {} : { database }),
      ...(patterns === undefined ? {} : { newErrorPatterns: patterns.length }),
    };
  }

  countAnew(): void {
    this.#traffic = new ToldTraffic(this.#it.traffic, this.#it.environment);
  }

  async settle(): Promise<void> {
    await this.#smoke?.settle();
  }

  async #alarms(): Promise<Observation["alarms"]> {
    const { alarms, signal } = this.#it;
    if (alarms === undefined) return undefined;
    try {
      return await alarms(signal);
    } catch (error) {
      signal.throwIfAborted();
      return { unreadable: sentence(error).split("\n")[0] ?? "" };
    }
  }
}
