import type { EnvironmentName } from "../../release/environment.ts";
import type { Strategy } from "../../release/strategy/strategy.ts";
import type { Verdict, VerdictWord } from "../../release/verdict.ts";
import type { Platform, TrafficCount } from "../platform/platform.ts";
import { engineOf, type ReleaseRun } from "../release/releaseRun.ts";
import { lookEvents } from "../watch/lookEvents.ts";
import type { Observer } from "../watch/observer.ts";
import { watch } from "../watch/watch.ts";
import { compareSides, type SidesCompared } from "./comparison.ts";
import type { Orders } from "./orders.ts";

/** How soon an order from another terminal is seen. Milliseconds. */
const orderEvery = 300;
/** How much slower than the old version the new one may answer, where either takes long enough to matter. */
const p95Factor = 2;

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
    const { errorRate, p95 } = platform.thresholds();
    const bakeMs = strategy.stages.find(({ percent }) => percent === stage)?.bakeMs ?? 0;
    this.#count ??= await count(run.signal);
    const verdict = await this.#watched(Math.max(1, Math.min(bakeMs, until - Date.now())));
    if (verdict === undefined) return notJudged;
    const sides = { stable, next: run.environment };
    const found = compareSides(await this.#count.soFar(), sides, platform.services, {
      minRequests: strategy.minRequests,
      errorRate: errorRate.max,
      p95Factor,
      p95FloorMs: p95.maxMs / 10,
    });
    return { verdict: this.#compared(stage, verdict, found), requests: found.requests };
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

  /** A canary that is no worse by itself must not be worse than what it replaces either. */
  #compared(stage: number, verdict: Verdict, { services }: SidesCompared): VerdictWord {
    if (verdict.verdict !== "go") return verdict.verdict;
    const word = (["no-go", "undecided"] as const).find((it) => services.some((one) => one.verdict === it)) ?? "go";
    const said = services.filter((it) => it.verdict === word).map(({ service, sentence }) => `${service}: ${sentence}`);
    this.#take({ ...verdict, verdict: word, sentence: `${heads[word]} at ${stage} %, compared: ${said.join("; ")}.` });
    return word;
  }

  #take(verdict: Verdict): void {
    this.#sentence = verdict.sentence;
    if (verdict.verdict === "no-go") this.#it.run.verdict = verdict;
  }
}

const heads: Readonly<Record<VerdictWord, string>> = { go: "Go", "no-go": "No-go", undecided: "Undecided" };

/** An order that cannot be read is one too: the walk then tells what is wrong with it. */
function newer(orders: Orders, before: string | undefined): boolean {
  try {
    return orders.read()?.at !== before;
  } catch {
    return true;
  }
}
