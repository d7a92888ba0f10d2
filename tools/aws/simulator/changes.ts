/** Tells those who follow what is played when something of it may have changed, so that they need not ask again and again. */
export class Changes {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** How often something was noted so far. */
  get count(): number {
    return this.#count;
  }

  /** Something may be told otherwise from now on. */
  note(): void {
    this.#count += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Waits until something was noted that a count of before does not hold yet, or until the signal is aborted. */
  async after(count: number, signal: AbortSignal): Promise<void> {
    if (this.#count !== count || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
