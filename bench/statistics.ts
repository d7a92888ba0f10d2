/** The middle value, or the mean of the two in the middle; NaN of nothing, which no limit holds for. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const high = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[half - 1] ?? Number.NaN) + high) / 2;
}

/** Two things measured in turn, so that both meet the same machine. */
export interface Pair {
  readonly base: number;
  readonly compared: number;
}

export interface Comparison {
  /** Median of the compared against median of the base. */
  readonly ratio: number;
  /** The ratio within each pair. */
  readonly pairwise: { readonly min: number; readonly median: number; readonly max: number };
  readonly medians: Pair;
}

/** How many times the base the compared takes; NaN of no pair. */
export function compare(pairs: readonly Pair[]): Comparison {
  const medians = {
    base: median(pairs.map((it) => it.base)),
    compared: median(pairs.map((it) => it.compared)),
  };
  const ratios = pairs.map((it) => it.compared / it.base);
  const nothing = ratios.length === 0;
  return {
    ratio: medians.compared / medians.base,
    pairwise: {
      min: nothing ? Number.NaN : Math.min(...ratios),
      median: median(ratios),
      max: nothing ? Number.NaN : Math.max(...ratios),
    },
    medians,
  };
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
