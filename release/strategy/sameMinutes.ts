import type { Period } from "../observation.ts";
import type { Answered } from "./comparison.ts";

/**
 * What two versions answered over the very same minutes, as a metrics service tells them. A minute of which only one of them was told
 * anything is left out of both. The P95 of the whole cannot be got from those of its minutes, so it is their mean, each minute weighing
 * as its requests; null where a minute with requests was told without it.
 */
export function overSameMinutes(a: readonly Period[], b: readonly Period[]): readonly [Answered, Answered] {
  const told = (all: readonly Period[]) => all.filter(({ missing }) => missing !== true);
  const both = (one: readonly Period[], others: readonly Period[]) => {
    const starts = new Set(told(others).map(({ from }) => from));
    return told(one).filter(({ from }) => starts.has(from));
  };
  return [sumOf(both(a, b)), sumOf(both(b, a))];
}

function sumOf(periods: readonly Period[]): Answered {
  const requests = periods.reduce((sum, it) => sum + it.requests, 0);
  const errors = periods.reduce((sum, it) => sum + it.errors, 0);
  const timed = periods.filter((it) => it.requests > 0);
  const complete = timed.length > 0 && timed.every(({ p95Ms }) => p95Ms !== null);
  const weighed = timed.reduce((sum, it) => sum + (it.p95Ms ?? 0) * it.requests, 0);
  return { requests, errors, p95Ms: complete ? weighed / requests : null };
}
