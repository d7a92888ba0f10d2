import { setTimeout as pause } from "node:timers/promises";

/**
 * Acts by changes as late as they are due, one after the other. What is overtaken while an earlier one is acted by is left out: a load balancer
 * that is busy falls behind by one change and no more.
 */
export class LateChanges<Change> {
  readonly #act: (change: Change) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #waiting: { readonly change: Change; readonly dueAt: number }[] = [];
  #running: Promise<void> | undefined;

  constructor(act: (change: Change) => Promise<void>, signal: AbortSignal) {
    this.#act = act;
    this.#signal = signal;
  }

  /** @param dueAt epoch ms; one that is due before an earlier one waits for it */
  add(change: Change, dueAt: number): void {
    this.#waiting.push({ change, dueAt });
    this.#running ??= this.#run();
  }

  /** When none is acted by any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined && !this.#signal.aborted; next = this.#waiting[0]) {
      const now = Date.now();
      if (next.dueAt > now) {
        await pause(next.dueAt - now, undefined, { signal: this.#signal }).catch(() => {});
        continue;
      }
      const later = this.#waiting.findIndex(({ dueAt }) => dueAt > now);
      const due = this.#waiting.splice(0, later < 0 ? this.#waiting.length : later);
      const last = due.at(-1);
      if (last !== undefined) await this.#act(last.change);
    }
    // At once, not when who waits is told: what is added in between would find a run that looks no more.
    this.#running = undefined;
  }
}
