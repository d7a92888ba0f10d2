import type { Observer } from "../../provider/watch/observer.ts";
import { watch } from "../../provider/watch/watch.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { comparedVerdict, compareSides, toleranceOf } from "../../release/strategy/compareSides.ts";
import type { TrafficCount } from "../../release/strategy/countedTraffic.ts";
import type { Strategy } from "../../release/strategy/strategy.ts";
import type { Verdict, VerdictWord } from "../../release/verdict.ts";
import type { Platform } from "../platform/platform.ts";
import { engineOf, type ReleaseRun } from "../release/releaseRun.ts";
import { lookEvents } from "../watch/lookEvents.ts";
import type { Orders } from "./orders.ts";

/** How soon an order from another terminal is seen. Milliseconds. */
const orderEvery = 300;

/** What is judged of the stage that a walk stands at. */
export interface Judged {
  readonly verdict: VerdictWord;
  /** Requests that the new version answered there. */
  readonly requests: number;
}
export const notJudged: Judged = { verdict: "undecided", requests: 0 };

interface StageWatchOptions {
  readonly run: ReleaseRun;
  readonly strategy: Strategy;
  readonly platform: Platform;
  /** The side that served before. */
  readonly stable: EnvironmentName;
  /** Begins to count what both sides answer. */
  readonly count: NonNullable<Platform["count"]>;
  readonly orders: Orders;
}

/** Watches a canary at one stage after the other: the absolute rule all the time, the comparison with the old version at the end. */
export class StageWatch {
  readonly stable: EnvironmentName;
  readonly #it: StageWatchOptions;
  #observer: Observer | undefined;
  #count: TrafficCount | undefined;
  #sentence = "";

  constructor(it: StageWatchOptions) {
    this.#it = it;
    this.stable = it.stable;
  }

  /** What was judged last, and why. */
  get sentence(): string {
    return this.#sentence;
  }

  /** Both versions are counted from now on: what was answered at another share is of another stage. */
  shareMoved(): void {
    this.#count = undefined;
    this.#observer?.countAnew?.();
  }

  /**
   * Watches until a moment, or for the stage's bake when that is shorter; until a no-go or an order at the latest.
   *
   * @param until milliseconds since 1970
   */
  async judge(stage: number, until: number): Promise<Judged> {
    const { run, platform, strategy, stable, count } = this.#it;
    const bakeMs = strategy.stages.find(({ percent }) => percent === stage)?.bakeMs ?? 0;
    this.#count ??= await count(run.signal);
    const verdict = await this.#watched(Math.max(1, Math.min(bakeMs, until - Date.now())));
    if (verdict === undefined) return notJudged;
    const sides = { stable, next: run.environment };
    const tolerance = toleranceOf(platform.thresholds(), strategy.minRequests);
    const found = compareSides(await this.#count.soFar(), sides, platform.services, tolerance);
    const compared = comparedVerdict(verdict, stage, found);
    this.#take(compared);
    return { verdict: compared.verdict, requests: found.requests };
  }

  /** Looks once: a pause does not keep a no-go from going back. */
  async whilePaused(): Promise<Judged> {
    const verdict = await this.#watched(this.#it.run.settings.watch.every);
    return verdict?.verdict === "no-go" ? { ...notJudged, verdict: "no-go" } : notJudged;
  }

  /** The absolute rule's verdict; undefined when an order came in between. */
  async #watched(forMs: number): Promise<Verdict | undefined> {
    const { run, platform, orders } = this.#it;
    const { environment, version, reporter, signal, settings } = run;
    const engine = await engineOf(run);
    this.#observer ??= await platform.observer({ environment, version, reporter, signal, engine });
    const before = orders.read()?.at;
    const ordered = new AbortController();
    const timer = setInterval(() => {
      if (newer(orders, before)) ordered.abort();
    }, orderEvery);
    try {
      const { verdict, looks } = await watch({
        observer: this.#observer,
        thresholds: platform.thresholds(),
        services: platform.services,
        forMs,
        everyMs: settings.watch.every,
        signal: AbortSignal.any([signal, ordered.signal]),
        onLook: lookEvents(reporter, { environment, version }, Date.now() + forMs),
      });
      run.looks = [...run.looks, ...looks];
      this.#take(verdict);
      return verdict;
    } catch (error) {
      if (!ordered.signal.aborted || signal.aborted) throw error;
      return undefined;
    } finally {
      clearInterval(timer);
    }
  }

  #take(verdict: Verdict): void {
    this.#sentence = verdict.sentence;
    if (verdict.verdict === "no-go") this.#it.run.verdict = verdict;
  }
}

/** An order that cannot be read is one too: the walk then tells what is wrong with it. */
function newer(orders: Orders, before: string | undefined): boolean {
  try {
    return orders.read()?.at !== before;
  } catch {
    return true;
  }
}
