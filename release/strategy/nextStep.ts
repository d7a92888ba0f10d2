import type { VerdictWord } from "../verdict.ts";
import { moveTowards, type Seen, type Wish } from "./position.ts";
import { type Stage, type Strategy, stageAfter } from "./strategy.ts";

/** What a person ordered while a release walks; `walk` is nothing special. */
export type Order = "walk" | "pause" | "promote" | "abort";

/** What was done so far: kept by whoever walks, so that another process goes on where one was cut off. */
export interface Progress {
  /** Percent of the last stage that was passed; 0 before the first. */
  readonly passed: number;
  /** When the stage after it was first seen reached, milliseconds since 1970; absent before. */
  readonly reachedAt?: number;
  /** When a pause kept it there last, its bake over, milliseconds since 1970: the patience with verdicts begins anew then. */
  readonly heldAt?: number;
  /** Whether the release goes back: once it does, it never goes forward again. */
  readonly back?: Back;
  readonly order: Order;
}

export interface Back {
  readonly because: "no-go" | "abort";
}

/** What is known now. */
export interface Now {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Instances that the service shall have. */
  readonly wanted: number;
  readonly seen: Seen;
  /** What the new version is judged to be at this stage, from {@link Progress.reachedAt} on; undecided until somebody judged. */
  readonly verdict: VerdictWord;
  /** Requests that the new version answered at this stage. */
  readonly requests: number;
}

/** What to do next. Each comes with the progress to keep before it is done. */
export type Step =
  /** Ask the platform for this, then read it again. */
  | { readonly do: "move"; readonly to: Wish; readonly stage: number; readonly keep: Progress }
  /** Instances become ready or go: read again when the platform says that something changed. */
  | { readonly do: "wait"; readonly for: "instances" | "resume"; readonly stage: number; readonly keep: Progress }
  /** Watch and judge until then. Both versions are judged over `since` until now, and over no other time. */
  | {
      readonly do: "bake";
      readonly stage: number;
      readonly since: number;
      readonly until: number;
      readonly keep: Progress;
    }
  /** Nobody can judge: a person decides to promote or to abort. Nothing moves meanwhile. */
  | { readonly do: "ask"; readonly stage: number; readonly because: string; readonly keep: Progress }
  /** Over: all is on the new version, or on the old one again. */
  | { readonly do: "end"; readonly with: "promoted" | "undone"; readonly keep: Progress };

export const start: Progress = { passed: 0, order: "walk" };

/**
 * The next step of a release, on any platform: from what was read there, what was passed and what the verdict is. The same facts give
 * the same step, so that a walk that was cut off goes on with the step it was cut off in.
 *
 * A no-go or an abort goes back from wherever the release is, and nothing turns that round. A pause keeps it where it is; it neither
 * stops a no-go from going back nor time from counting as bake, and lasts until somebody ends it. `promote` skips what is left of bakes and verdicts, and no rule of capacity.
 */
export function nextStep(strategy: Strategy, progress: Progress, now: Now): Step {
  const back: Back | undefined = progress.back ?? backNow(progress, now);
  if (back !== undefined) return stepBack(strategy, { ...progress, back }, now);
  const stage = stageAfter(strategy, progress.passed);
  if (stage === undefined) return { do: "end", with: "promoted", keep: progress };
  const { percent } = stage;
  const aim = progress.order === "promote" ? 100 : percent;
  const move = moveTowards(strategy, now.seen, aim, now.wanted);
  if (progress.order === "pause" && move !== undefined) {
    return { do: "wait", for: "resume", stage: percent, keep: progress };
  }
  if (move === "wait") return { do: "wait", for: "instances", stage: aim, keep: progress };
  if (move !== undefined) return { do: "move", to: move, stage: aim, keep: progress };
  if (progress.order === "promote") return { do: "end", with: "promoted", keep: { ...progress, passed: 100 } };
  return judged(strategy, stage, progress, now);
}

function judged(strategy: Strategy, stage: Stage, progress: Progress, now: Now): Step {
  const since = progress.reachedAt ?? now.at;
  const keep = { ...progress, reachedAt: since };
  const until = since + stage.bakeMs;
  const { percent } = stage;
  if (now.at < until) return { do: "bake", stage: percent, since, until, keep };
  if (progress.order === "pause") {
    return { do: "wait", for: "resume", stage: percent, keep: { ...keep, heldAt: now.at } };
  }
  const enough = now.requests >= strategy.minRequests;
  if (now.verdict === "go" && enough) {
    return nextStep(
      strategy,
      { passed: percent, order: progress.order },
      { ...now, verdict: "undecided", requests: 0 },
    );
  }
  const patience = Math.max(until, progress.heldAt ?? until) + strategy.patienceMs;
  if (now.at < patience) return { do: "bake", stage: percent, since, until: patience, keep };
  const because = enough
    ? "no verdict could be reached"
    : `the new version answered ${now.requests} requests of the ${strategy.minRequests} that a verdict needs`;
  return { do: "ask", stage: percent, because, keep };
}

function backNow({ order }: Progress, { verdict }: Now): Back | undefined {
  if (order === "abort") return { because: "abort" };
  // Who promotes has taken the verdict upon themselves.
  return verdict === "no-go" && order !== "promote" ? { because: "no-go" } : undefined;
}

function stepBack(strategy: Strategy, progress: Progress, { seen, wanted }: Now): Step {
  const move = moveTowards(strategy, seen, 0, wanted);
  if (move === undefined) return { do: "end", with: "undone", keep: progress };
  if (move === "wait") return { do: "wait", for: "instances", stage: 0, keep: progress };
  return { do: "move", to: move, stage: 0, keep: progress };
}
