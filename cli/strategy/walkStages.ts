import { setTimeout as pause } from "node:timers/promises";
import { standingOf } from "../../project/instances.ts";
import { strategyOf } from "../../project/strategySettings.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { recordsUnderWay } from "../../release/schedule.ts";
import { nextStep, type Progress, type Step, start } from "../../release/strategy/nextStep.ts";
import { shareOf } from "../../release/strategy/rolling.ts";
import type { Strategy } from "../../release/strategy/strategy.ts";
import { requirePlatform, sayLive } from "../live.ts";
import { patiently } from "../platform/patiently.ts";
import type { Platform } from "../platform/platform.ts";
import { takeBack } from "../release/judgement.ts";
import { engineOf, type ReleaseRun } from "../release/releaseRun.ts";
import { giveShare } from "../switch/giveShare.ts";
import { type GivenOrder, Orders, orderOf } from "./orders.ts";
import { notJudged, StageWatch } from "./stageWatch.ts";

/** Longest that instances may take to be ready for their share, and the pause between two looks at them. Milliseconds. */
const readyWithin = 120_000;
const readyEvery = 500;

/**
 * Gives a candidate its shares of users' traffic, stage by stage, each an update of its own, watched and judged before the next one. What
 * to do is decided by release/strategy; here it is done, and orders from other terminals are taken. Ends before the last stage, which is the
 * switch; after a no-go or an abort traffic is back, and `run.rollback` says so.
 *
 * A walk that was cut off goes on at the first stage that was not passed, and watches it anew.
 *
 * @throws Problem when no verdict is reached in time, or instances do not become ready: nothing moves then
 */
export async function walkStages(run: ReleaseRun): Promise<void> {
  const strategy = strategyOf(run.settings.strategy, run.watchForMs);
  const { live } = run;
  // At a first deployment there is nobody to share with; a switch that was begun is only finished.
  if (strategy.name === "blue-green" || live === undefined || run.settings.live === run.environment) return;
  const again = (text: string) => run.reporter.tell({ kind: "warning", text });
  const platform = patiently(await requirePlatform(run.context), again, run.signal);
  const { count } = platform;
  if (count === undefined) {
    throw new Problem({
      happened: `On ${platform.name} both sides cannot be counted, so nobody could judge a ${strategy.name} release.`,
      untouched: "Nothing was moved.",
      next: `set strategy.kind to blue-green`,
      exitCode: exitCodes.usage,
    });
  }
  const orders = new Orders(run.context, run.version);
  const watch = new StageWatch({ run, strategy, platform, stable: live.environment, count, orders });
  const walk = new Walk(run, strategy, platform, watch, orders);
  try {
    await walk.toTheEnd();
  } finally {
    orders.clear();
  }
}

class Walk {
  readonly #run: ReleaseRun;
  readonly #strategy: Strategy;
  readonly #platform: Platform;
  readonly #orders: Orders;
  readonly #watch: StageWatch;
  #progress: Progress;
  #judged = notJudged;
  #waitingSince: number | undefined;
  #taken: string | undefined;

  constructor(run: ReleaseRun, strategy: Strategy, platform: Platform, watch: StageWatch, orders: Orders) {
    this.#run = run;
    this.#strategy = strategy;
    this.#platform = platform;
    this.#watch = watch;
    this.#orders = orders;
    this.#progress = { ...start, passed: passedBefore(run) };
  }

  async toTheEnd(): Promise<void> {
    for (;;) {
      this.#run.signal.throwIfAborted();
      const given = this.#order();
      const now = { at: Date.now(), ...(await this.#seen()), ...this.#judged };
      const step = nextStep(this.#strategy, { ...this.#progress, order: orderOf(given) }, now);
      this.#keep(step.keep);
      if (await this.#do(step, given)) return;
    }
  }

  /** True when the walk is over. */
  async #do(step: Step, given: GivenOrder | undefined): Promise<boolean> {
    if (step.do !== "wait") this.#waitingSince = undefined;
    switch (step.do) {
      case "move":
        if (step.stage === 0) {
          this.#over("back");
          await takeBack(this.#run, this.#whyBack(step.keep, given));
          return true;
        }
        if (step.stage === 100) return this.#over("all");
        await this.#give(step.stage);
        return false;
      case "bake":
        this.#judged = await this.#watch.judge(step.stage, step.until);
        return false;
      case "wait":
        if (step.for === "resume") this.#judged = await this.#watch.whilePaused();
        else await this.#untilReady(step.stage);
        return false;
      case "ask":
        throw new Problem({
          happened: `${this.#run.version} stands at ${step.stage} %, and ${step.because}.`,
          where: await this.#sayServing(),
          untouched: "Nothing was moved.",
          next: `run \`greenlight release ${this.#run.version}\` again to watch it anew, \`greenlight promote\` meanwhile to go on without a verdict, or \`greenlight rollback\``,
          exitCode: exitCodes.undecided,
        });
      case "end":
        if (step.with === "promoted") return this.#over("all");
        throw new Problem({
          happened: `${this.#whyBack(step.keep, given)}, before any traffic was moved.`,
          where: await this.#sayServing(),
          untouched: "Nothing was moved.",
          exitCode: exitCodes.refused,
        });
    }
  }

  async #give(percent: number): Promise<void> {
    const { context, environment, version, reporter, journal, signal } = this.#run;
    reporter.tell({
      kind: "step",
      text: `${this.#strategy.name}: ${environment} ${version} gets ${percent} % of users' requests`,
    });
    const engine = await engineOf(this.#run);
    const traffic = { context, platform: this.#platform, engine, reporter };
    await giveShare(traffic, { live: this.#watch.stable, share: percent }, signal);
    this.#watch.shareMoved();
    journal.append({ type: "stage", version, percent, is: "reached" });
    this.#judged = notJudged;
  }

  #keep(next: Progress): void {
    if (next.passed > this.#progress.passed) {
      const { journal, version, reporter } = this.#run;
      const sentence = this.#watch.sentence;
      journal.append({
        type: "stage",
        version,
        percent: next.passed,
        is: "passed",
        sentence: sentence.slice(0, 4_000),
      });
      reporter.tell({ kind: "step", text: `${this.#strategy.name}: ${next.passed} % is passed. ${sentence}` });
      this.#judged = notJudged;
    }
    this.#progress = next;
  }

  /** From now on whoever gives an order is told that it comes too late. */
  #over(to: "all" | "back"): true {
    const { journal, version } = this.#run;
    journal.append({ type: "walk-over", version, to });
    return true;
  }

  /** The newest order; told once, and kept in the journal. */
  #order(): GivenOrder | undefined {
    const given = this.#orders.read();
    if (given !== undefined && given.at !== this.#taken) {
      this.#taken = given.at;
      const { journal, version, reporter } = this.#run;
      journal.append({ type: "order", version, order: given.order, orderedBy: given.by, orderedAt: given.at });
      reporter.tell({ kind: "warning", text: `${this.#strategy.name}: ${given.order}, ordered by ${given.by}` });
    }
    return given;
  }

  async #seen() {
    const { environment } = this.#run;
    const stableSide = this.#watch.stable;
    const [stable, next, serving] = await Promise.all([
      this.#platform.healthy(stableSide),
      this.#platform.healthy(environment),
      this.#platform.serving(),
    ]);
    // Instances make a share as well as they can, and whoever moved it has read back that they do: it is not waited for again.
    const asked = shareOf(environment, standingOf(this.#run.context.settings()));
    const shares = this.#platform.services.map((name) =>
      serving.instances?.[name] === undefined ? (serving.weights[name]?.[environment] ?? 0) : asked,
    );
    return {
      wanted: next.of,
      seen: {
        stable: { asked: next.of, ready: stable.healthy },
        next: { asked: next.of, ready: next.healthy },
        share: Math.max(0, ...shares),
      },
    };
  }

  async #untilReady(stage: number): Promise<void> {
    this.#waitingSince ??= Date.now();
    if (Date.now() - this.#waitingSince > readyWithin) {
      throw new Problem({
        happened: `Not all instances became ready to answer ${stage} % within ${readyWithin / 1_000} s.`,
        where: await this.#sayServing(),
        untouched: "Nothing was moved.",
        next: "run `greenlight status`; mend the candidate and run the release again, or `greenlight rollback`",
      });
    }
    await pause(readyEvery, undefined, { signal: this.#run.signal });
  }

  #whyBack({ back }: Progress, given: GivenOrder | undefined): string {
    return back?.because === "abort" ? `Aborted by ${given?.by ?? "somebody"}` : this.#watch.sentence;
  }

  async #sayServing(): Promise<string> {
    return sayLive(await this.#platform.serving(), this.#platform);
  }
}

/** Percent of the last stage that the release under way has passed. */
function passedBefore({ journal }: ReleaseRun): number {
  const passed = recordsUnderWay(journal.read().records).flatMap((it) =>
    it.type === "stage" && it.is === "passed" ? [it.percent] : [],
  );
  return Math.max(0, ...passed);
}
