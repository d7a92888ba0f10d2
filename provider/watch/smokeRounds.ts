import type { Observation } from "../../release/observation.ts";
import { sentence } from "../../release/problem.ts";
import { runSmoke, type SmokeRun } from "../gates/smoke.ts";

/** Runs the key user flows again and again beside the looks. */
export class SmokeRounds {
  readonly #run: SmokeRun;
  readonly #everyMs: number;
  readonly #signal: AbortSignal;
  #at = 0;
  #seen: Observation["smoke"];
  #running: Promise<void> | undefined;

  constructor(run: SmokeRun, everyMs: number, signal: AbortSignal) {
    this.#run = run;
    this.#everyMs = everyMs;
    this.#signal = signal;
  }

  /** Begins a run when it is time. The result of the last one counts for the look that takes it, so that one failure is not many. */
  take(): Observation["smoke"] {
    const seen = this.#seen;
    this.#seen = undefined;
    return seen;
  }

  begin(): void {
    if (this.#running !== undefined || Date.now() - this.#at < this.#everyMs) return;
    this.#at = Date.now();
    this.#running = runSmoke(this.#run, this.#signal)
      .then(
        (result) => {
          this.#seen = { passed: result.passed, detail: result.reason };
        },
        (error: unknown) => {
          if (!this.#signal.aborted) this.#seen = { passed: false, detail: sentence(error) };
        },
      )
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Waits for a run that is under way. */
  async settle(): Promise<void> {
    await this.#running;
  }
}
