import { setTimeout as pause } from "node:timers/promises";
import type { Observation } from "../../release/observation.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import { judge, type Verdict } from "../../release/verdict.ts";
import type { Observer } from "./observer.ts";

export interface WatchOptions {
  readonly observer: Observer;
  readonly thresholds: Thresholds;
  readonly services: readonly string[];
  /** How long to watch before a go, ms. A no-go ends the watch at once. */
  readonly forMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly onLook?: (look: Observation, verdict: Verdict) => void;
}

/** What a watch ended with. */
export interface Watched {
  readonly verdict: Verdict;
  readonly looks: readonly Observation[];
}

/** Looks until a no-go, or until the time is over: then the verdict over all that was seen, whatever it is. */
export async function watch(options: WatchOptions): Promise<Watched> {
  const looks: Observation[] = [];
  const end = Date.now() + options.forMs;
  for (;;) {
    const over = Date.now() >= end;
    if (over) await options.observer.settle();
    looks.push(await options.observer.look());
    const verdict = judge(looks, options.thresholds, Date.now(), options.services);
    const last = looks.at(-1);
    if (last !== undefined) options.onLook?.(last, verdict);
    if (verdict.verdict === "no-go" || over) return { verdict, looks };
    await pause(Math.min(options.everyMs, Math.max(1, end - Date.now())), undefined, { signal: options.signal });
  }
}
