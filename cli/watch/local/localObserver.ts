import { parseDatabaseUrl } from "../../../provider/database/connection.ts";
import { type DatabaseHealth, databaseHealth } from "../../../provider/database/health.ts";
import { askHealth, type HealthQuestion } from "../../../provider/gates/health.ts";
import type { SmokeRun } from "../../../provider/gates/smoke.ts";
import { EnvoyAdmin } from "../../../provider/local/envoy/admin.ts";
import { readCounters } from "../../../provider/local/envoy/metrics.ts";
import type { PlatformFacts } from "../../../provider/local/platformFacts.ts";
import type { Observer } from "../../../provider/watch/observer.ts";
import { SmokeRounds } from "../../../provider/watch/smokeRounds.ts";
import { type EnvironmentName, other } from "../../../release/environment.ts";
import type { NewPattern } from "../../../release/logPatterns.ts";
import type { Observation } from "../../../release/observation.ts";
import { LogWatch } from "./logWatch.ts";

export interface LocalObserverOptions {
  readonly dir: string;
  readonly facts: PlatformFacts;
  /** The environment that is watched. */
  readonly environment: EnvironmentName;
  /** By service: what a healthy instance answers. */
  readonly questions: Readonly<Record<string, HealthQuestion>>;
  /** Key user flows and how often they run, ms; without it they are not looked at. */
  readonly smoke?: { readonly run: SmokeRun; readonly everyMs: number };
  /** `postgres://` address with its password; without it the database is not looked at. */
  readonly databaseUrl?: string;
  readonly signal: AbortSignal;
}

/** The looks at an environment on this machine: the proxy's counters, the processes' logs, the stack's database. */
export class LocalObserver implements Observer {
  readonly #it: LocalObserverOptions;
  readonly #admin: EnvoyAdmin;
  readonly #logs: LogWatch;
  readonly #smoke: SmokeRounds | undefined;
  database: DatabaseHealth | undefined;
  newPatterns: readonly NewPattern[] = [];

  constructor(it: LocalObserverOptions) {
    this.#it = it;
    this.#admin = new EnvoyAdmin(it.facts.listen, it.facts.adminPort);
    this.#smoke = it.smoke === undefined ? undefined : new SmokeRounds(it.smoke.run, it.smoke.everyMs, it.signal);
    this.#logs = new LogWatch(it.dir, it.environment, other(it.environment), it.databaseUrl);
  }

  async look(): Promise<Observation> {
    const names = this.#it.facts.services.map((service) => service.name);
    this.#smoke?.begin();
    const [services, health, database] = await Promise.all([
      readCounters(this.#admin, names, this.#it.environment),
      this.#health(),
      this.#lookAtDatabase(),
    ]);
    this.newPatterns = this.#logs.look();
    const smoke = this.#smoke?.take();
    return {
      at: Date.now(),
      services,
      health,
      ...(smoke === undefined ? {} : { smoke }),
      ...(database === undefined ? {} : { database }),
      newErrorPatterns: this.newPatterns.length,
    };
  }

  async settle(): Promise<void> {
    await this.#smoke?.settle();
  }

  async #health(): Promise<{ healthy: number; of: number }> {
    const { facts, environment, questions, signal } = this.#it;
    const answers = await Promise.all(
      facts.services.flatMap((service) =>
        service.instances[environment].map((port) => {
          const question = questions[service.name] ?? { path: service.healthPath, status: 200 };
          return askHealth(`http://${facts.listen}:${port}`, question, 2000, signal);
        }),
      ),
    );
    return { healthy: answers.filter((answer) => answer.good).length, of: answers.length };
  }

  async #lookAtDatabase(): Promise<Observation["database"]> {
    if (this.#it.databaseUrl === undefined) return undefined;
    this.database = await databaseHealth(parseDatabaseUrl(this.#it.databaseUrl));
    const it = this.database;
    return it.reachable
      ? {
          reachable: true,
          detail: `${it.connections.used} of ${it.connections.max} connections, ${it.locksWaiting} waiting for locks, longest transaction ${it.longestTransactionSeconds.toFixed(1)} s, ${it.deadlocks} deadlocks`,
        }
      : { reachable: false, detail: it.reason };
  }
}
