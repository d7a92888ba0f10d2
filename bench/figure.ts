import { Problem } from "../release/problem.ts";

/** One measured figure with what it must keep to. */
export interface Figure {
  readonly name: string;
  /** What is measured, for a person. */
  readonly title: string;
  readonly value: number;
  readonly unit: string;
  /** `at most` includes the limit, `under` does not. */
  readonly limit: { readonly kind: "at most" | "under"; readonly value: number };
  readonly ok: boolean;
  /** How it was measured, one sentence with the counts behind it. */
  readonly how: string;
  /** More figures of the same measurement. */
  readonly facts: Readonly<Record<string, number | readonly number[]>>;
  /** What one row cannot say; it has a place of its own in the documentation. */
  readonly table?: FigureTable;
}

export interface FigureTable {
  readonly columns: readonly string[];
  /** Cells as Markdown, as many in each row as there are columns. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Judges a figure by its limit.
 *
 * @throws Problem when the value is not a number: what was not measured is never within a limit
 */
export function figure(it: Omit<Figure, "ok" | "facts"> & { readonly facts?: Figure["facts"] }): Figure {
  const { value, limit } = it;
  if (!Number.isFinite(value) || value < 0) {
    throw new Problem({ happened: `${it.title}: nothing was measured.`, where: it.how });
  }
  const ok = limit.kind === "under" ? value < limit.value : value <= limit.value;
  return { ...it, ok, facts: it.facts ?? {} };
}

/** A limit in words: `under 1000 ms`. */
export function sayLimit({ limit, unit }: Pick<Figure, "limit" | "unit">): string {
  return `${limit.kind} ${sayValue({ value: limit.value, unit })}`;
}

/** A value with its unit, as precise as it is meaningful. */
export function sayValue({ value, unit }: Pick<Figure, "value" | "unit">): string {
  const digits = value !== 0 && value < 10 ? 2 : value < 100 ? 1 : 0;
  const number = Number(value.toFixed(digits)).toLocaleString("en-US");
  return unit === "times" ? `${number} ×` : `${number} ${unit}`;
}
