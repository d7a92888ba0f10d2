import fc from "fast-check";
import { type Now, nextStep, type Progress, type Step, start } from "../../../release/strategy/nextStep.ts";
import type { Seen, Wish } from "../../../release/strategy/position.ts";
import { type Capacity, instancesOf, nextStanding, type Standing } from "../../../release/strategy/rolling.ts";
import type { Strategy } from "../../../release/strategy/strategy.ts";
import type { VerdictWord } from "../../../release/verdict.ts";

const percents = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 })
  .map((all) => [...all.toSorted((a, b) => a - b), 100]);

/** Any strategy that settings can make. */
export const anyStrategy: fc.Arbitrary<Strategy> = fc
  .record({
    moves: fc.constantFrom("weights" as const, "instances" as const),
    percents,
    bakeMs: fc.integer({ min: 0, max: 1000 }),
    minRequests: fc.constantFrom(0, 100),
  })
  .map(({ moves, percents, bakeMs, ...rest }) => ({
    ...rest,
    moves,
    name: moves === "instances" ? "rolling" : percents.length === 1 ? "blue-green" : "canary",
    stages: percents.map((percent) => ({ percent, bakeMs })),
    patienceMs: 1000,
  }));

/** A platform that does what it is asked, in any order: instances become ready or go when `tick` says so. */
export class Platform {
  stable: { asked: number; ready: number };
  next = { asked: 0, ready: 0 };
  share = 0;
  clock = 0;
  /** Whether an instance of the new version ever becomes ready. */
  broken: boolean;
  readonly wanted: number;

  constructor(wanted: number, broken = false) {
    this.wanted = wanted;
    this.broken = broken;
    this.stable = { asked: wanted, ready: wanted };
  }

  get seen(): Seen {
    return { stable: { ...this.stable }, next: { ...this.next }, share: this.share };
  }

  get ready(): number {
    return this.stable.ready + this.next.ready;
  }

  apply({ stable, next, share }: Wish): void {
    this.stable = { asked: stable, ready: Math.min(stable, this.stable.ready) };
    this.next = { asked: next, ready: Math.min(next, this.next.ready) };
    this.share = share;
  }

  /** One more instance of those that were asked for is ready. */
  tick(): boolean {
    const sides = this.broken ? [this.stable] : [this.next, this.stable];
    const side = sides.find(({ asked, ready }) => ready < asked);
    if (side === undefined) return false;
    side.ready += 1;
    return true;
  }

  /** What an update of a rolling release does, or several: instances follow traffic. */
  roll({ share }: Wish): void {
    const goal = share === 100 ? ({ live: "green", share: 0 } as const) : ({ live: "blue", share } as const);
    for (const it of standings({ live: "blue", share: this.share }, goal, [{ wanted: this.wanted, surge: 1 }])) {
      const [stable, next] = [instancesOf("blue", it, this.wanted), instancesOf("green", it, this.wanted)];
      this.stable = { asked: stable, ready: stable };
      this.next = { asked: next, ready: next };
    }
    this.share = share;
  }

  now(verdict: VerdictWord = "go", requests = 1000): Now {
    return { at: this.clock, wanted: this.wanted, seen: this.seen, verdict, requests };
  }
}

export interface Walked {
  readonly steps: Step[];
  readonly end: "promoted" | "undone" | "asked" | "paused" | "stuck";
  readonly progress: Progress;
}

/**
 * Walks until nothing more happens.
 *
 * @param each told before each step is done; may change the order or end the walk by returning false
 */
export function walk(
  strategy: Strategy,
  platform: Platform,
  from: Progress = start,
  each: (step: Step, at: number, progress: Progress) => Progress | false = (step) => step.keep,
  verdict: VerdictWord = "go",
): Walked {
  const steps: Step[] = [];
  let progress = from;
  for (let at = 0; at < 10_000; at += 1) {
    const step = nextStep(strategy, progress, platform.now(verdict));
    const kept = each(step, at, step.keep);
    if (kept === false) return { steps, end: "stuck", progress };
    steps.push(step);
    progress = kept;
    if (step.do === "end") return { steps, end: step.with, progress };
    if (step.do === "ask") return { steps, end: "asked", progress };
    if (step.do === "move" && strategy.moves === "instances") platform.roll(step.to);
    else if (step.do === "move") platform.apply(step.to);
    else if (step.do === "bake") platform.clock = step.until;
    else if (step.for === "resume") return { steps, end: "paused", progress };
    else if (!platform.tick()) return { steps, end: "stuck", progress };
  }
  throw new Error("the walk has no end");
}

/** What the updates of a rolling release ask for, one after the other, until it is where it shall be. */
export function standings(
  from: Standing,
  goal: Pick<Standing, "live" | "share">,
  services: readonly Capacity[],
  options: { readonly back?: boolean } = {},
): Standing[] {
  const all: Standing[] = [];
  for (let now = from; all.length < 1_000; ) {
    const next = nextStanding(now, goal, services, options);
    if (next === undefined) return all;
    all.push(next);
    now = next;
  }
  throw new Error("the rolling release has no end");
}
