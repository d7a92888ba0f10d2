import { parseDatabaseUrl } from "../../../provider/database/connection.ts";
import { type DatabaseHealth, databaseHealth } from "../../../provider/database/health.ts";
import { askHealth, type HealthQuestion } from "../../../provider/gates/health.ts";
import { runSmoke, type SmokeRun } from "../../../provider/gates/smoke.ts";
import { EnvoyAdmin } from "../../../provider/local/envoy/admin.ts";
import { readCounters } from "../../../provider/local/envoy/metrics.ts";
import type { PlatformFacts } from "../../../provider/local/platformFacts.ts";
import { type EnvironmentName, other } from "../../../release/environment.ts";
import type { NewPattern } from "../../../release/logPatterns.ts";
import type { Observation } from "../../../release/observation.ts";
import type { Observer } from "../observer.ts";
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
  #smokeAt = 0;
  #smoke: Observation["smoke"];
  #smokeRunning: Promise<void> | undefined;
  database: DatabaseHealth | undefined;
  newPatterns: readonly NewPattern[] = [];

  constructor(it: LocalObserverOptions) {
    this.#it = it;
    this.#admin = new EnvoyAdmin(it.facts.listen, it.facts.adminPort);
    this.#logs = new LogWatch(it.dir, it.environment, other(it.environment), it.databaseUrl);
  }

  async look(): Promise<Observation> {
    const names = this.#it.facts.services.map((service) => service.name);
    this.#runSmokeWhenDue();
    const [services, health, database] = await Promise.all([
      readCounters(this.#admin, names, this.#it.environment),
      this.#health(),
      this.#lookAtDatabase(),
    ]);
    this.newPatterns = this.#logs.look();
    const smoke = this.#smoke;
    // A result counts for the look that saw it first, so that one failure is not counted as many.
    this.#smoke = undefined;
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
    await this.#smokeRunning;
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

  #runSmokeWhenDue(): void {
    const smoke = this.#it.smoke;
    if (smoke === undefined || this.#smokeRunning !== undefined || Date.now() - this.#smokeAt < smoke.everyMs) return;
    this.#smokeAt = Date.now();
    this.#smokeRunning = runSmoke(smoke.run, this.#it.signal)
      .then(
        (result) => {
          this.#smoke = { passed: result.passed, detail: result.reason };
        },
        (error: unknown) => {
          if (this.#it.signal.aborted) return;
          this.#smoke = { passed: false, detail: error instanceof Error ? error.message : String(error) };
        },
      )
      .finally(() => {
        this.#smokeRunning = undefined;
      });
  }
}
