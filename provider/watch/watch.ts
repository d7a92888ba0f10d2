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
  /** How much longer an undecided is watched on, ms. Default: 0. */
  readonly patienceMs?: number;
  /** What becomes of a go when its time is over, such as by a comparison with the old version. Default: it stays one. */
  readonly compare?: (go: Verdict) => Promise<Verdict>;
  readonly signal: AbortSignal;
  readonly onLook?: (look: Observation, verdict: Verdict) => void;
}

/** What a watch ended with. */
export interface Watched {
  readonly verdict: Verdict;
  readonly looks: readonly Observation[];
}

/** Looks until a no-go, or until the time is over: then the verdict over all that was seen, whatever it is when patience is over too. */
export async function watch(options: WatchOptions): Promise<Watched> {
  const { observer, thresholds, services, forMs, everyMs, patienceMs = 0, compare, signal, onLook } = options;
  const looks: Observation[] = [];
  const end = Date.now() + forMs;
  for (;;) {
    const now = Date.now();
    const over = now >= end;
    if (over) await observer.settle();
    looks.push(await observer.look());
    const seen = judge(looks, thresholds, Date.now(), services);
    const verdict = over && seen.verdict === "go" && compare !== undefined ? await compare(seen) : seen;
    const last = looks.at(-1);
    if (last !== undefined) onLook?.(last, verdict);
    if (verdict.verdict === "no-go") return { verdict, looks };
    if (over && (verdict.verdict === "go" || now >= end + patienceMs)) return { verdict, looks };
    const next = over ? end + patienceMs : end;
    await pause(Math.min(everyMs, Math.max(1, next - Date.now())), undefined, { signal });
  }
}
