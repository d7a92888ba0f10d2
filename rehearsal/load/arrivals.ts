/** A steady schedule: arrival i is due at start + i / rate, whatever became of the ones before. */
export class Arrivals {
  #taken = 0;
  readonly #startedAt: number;
  readonly #everyMs: number;

  constructor(startedAt: number, ratePerSecond: number) {
    this.#startedAt = startedAt;
    this.#everyMs = 1000 / ratePerSecond;
  }

  /** The due time of the next arrival, if it is due by now. */
  next(now: number): number | undefined {
    const dueAt = this.#startedAt + this.#taken * this.#everyMs;
    if (dueAt > now) return undefined;
    this.#taken += 1;
    return dueAt;
  }

  get taken(): number {
    return this.#taken;
  }
}

/** The targets in an endless order in which each has its share and is spread evenly (smooth weighted round robin). */
export function turns<T extends { readonly weight: number }>(targets: readonly T[]): () => T {
  const all = targets.reduce((sum, { weight }) => sum + weight, 0);
  const standing = targets.map((target) => ({ target, credit: 0 }));
  return () => {
    let best: { target: T; credit: number } | undefined;
    for (const entry of standing) {
      entry.credit += entry.target.weight;
      if (best === undefined || entry.credit > best.credit) best = entry;
    }
    if (best === undefined) throw new RangeError("There is no target");
    best.credit -= all;
    return best.target;
  };
}
