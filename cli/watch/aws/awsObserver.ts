import type { AwsWatchFacts } from "../../../components/aws/watching.ts";
import { alarmStates } from "../../../provider/aws/alarmStates.ts";
import type { AwsServingFacts } from "../../../provider/aws/serving.ts";
import type { SmokeRun } from "../../../provider/gates/smoke.ts";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { NewPattern } from "../../../release/logPatterns.ts";
import type { Observation, SeenAlarm } from "../../../release/observation.ts";
import { sentence } from "../../../release/problem.ts";
import type { Observer } from "../observer.ts";
import { SmokeRounds } from "../smokeRounds.ts";
import type { AwsClients } from "./awsClients.ts";
import { DatabaseWatch } from "./databaseWatch.ts";
import { ErrorLogs } from "./errorLogs.ts";
import { type MetricTiming, TrafficWatch } from "./trafficWatch.ts";

export interface AwsObserverOptions {
  readonly clients: AwsClients;
  readonly serving: AwsServingFacts;
  readonly watching: AwsWatchFacts;
  readonly environment: EnvironmentName;
  readonly timing: MetricTiming;
  /** Targets in the load balancer's eyes. */
  readonly healthy: () => Promise<{ readonly healthy: number; readonly of: number }>;
  readonly smoke: { readonly run: SmokeRun; readonly everyMs: number };
  readonly warn: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The looks at an environment on AWS: CloudWatch's metrics, alarms and logs, targets, user flows. */
export class AwsObserver implements Observer {
  readonly #it: AwsObserverOptions;
  #traffic: TrafficWatch;
  readonly #logs: ErrorLogs;
  readonly #database: DatabaseWatch | undefined;
  readonly #smoke: SmokeRounds;
  database: Observation["database"];
  newPatterns: readonly NewPattern[] = [];

  constructor(it: AwsObserverOptions) {
    const { clients, watching, environment } = it;
    this.#it = it;
    this.#traffic = trafficFromNow(it);
    this.#logs = new ErrorLogs(clients, watching.logGroups, environment, it.warn);
    this.#database = watching.database === undefined ? undefined : new DatabaseWatch(clients, watching.database);
    this.#smoke = new SmokeRounds(it.smoke.run, it.smoke.everyMs, it.signal);
  }

  async look(): Promise<Observation> {
    const { signal, healthy } = this.#it;
    this.#smoke.begin();
    const [services, alarms, health, patterns, database] = await Promise.all([
      this.#traffic.look(signal),
      this.#alarms(),
      healthy().catch(() => undefined),
      this.#logs.look(signal),
      this.#database?.look(signal),
    ]);
    signal.throwIfAborted();
    this.database = database;
    if (patterns !== undefined) this.newPatterns = patterns;
    const smoke = this.#smoke.take();
    return {
      at: Date.now(),
      services,
      alarms,
      ...(health === undefined ? {} : { health }),
      ...(smoke === undefined ? {} : { smoke }),
      ...(database === undefined ? {} : { database }),
      ...(patterns === undefined ? {} : { newErrorPatterns: patterns.length }),
    };
  }

  countAnew(): void {
    this.#traffic = trafficFromNow(this.#it);
  }

  async settle(): Promise<void> {
    await this.#smoke.settle();
  }

  async #alarms(): Promise<Observation["alarms"]> {
    const { clients, watching, signal } = this.#it;
    const asked = [
      { name: watching.noGo, means: "no-go" as const },
      ...watching.silence.map((name) => ({ name, means: "doubt" as const })),
    ];
    try {
      const states = await alarmStates(
        clients.cloudWatch,
        asked.map(({ name }) => name),
        signal,
      );
      return asked.map(({ name, means }) => ({ name, means, state: stateOf(states[name]) }));
    } catch (error) {
      signal.throwIfAborted();
      return { unreadable: sentence(error).split("\n")[0] ?? "" };
    }
  }
}

function trafficFromNow({ clients, serving, environment, timing }: AwsObserverOptions): TrafficWatch {
  return new TrafficWatch(clients, serving, environment, timing);
}

/** An alarm that is not there, or has too little data, says nothing. */
function stateOf(value: string | undefined): SeenAlarm["state"] {
  return value === "OK" ? "ok" : value === "ALARM" ? "firing" : "unknown";
}
