import type { Strategy } from "./strategy.ts";
import { instancesAt } from "./strategy.ts";

/** Instances of one version. */
export interface Instances {
  /** Instances that the platform was asked for. */
  readonly asked: number;
  /** Those of them that take requests now. */
  readonly ready: number;
}

/** Where a release is, as the platform was read: never as it was last written. */
export interface Seen {
  /** The version that served before. */
  readonly stable: Instances;
  /** The version that comes. */
  readonly next: Instances;
  /** Percent of users' traffic that goes to the new version by weight. Means nothing to a strategy that moves instances. */
  readonly share: number;
}

/** What to ask the platform for. */
export interface Wish {
  readonly stable: number;
  readonly next: number;
  readonly share: number;
}

/** Where a strategy wants to be at so many percent of the new version. */
export function goalAt({ moves }: Strategy, percent: number, wanted: number): Wish {
  if (moves === "weights") return { stable: wanted, next: wanted, share: percent };
  const next = percent === 0 ? 0 : instancesAt(percent, wanted);
  return { stable: wanted - next, next, share: percent };
}

/**
 * One move towards a goal; undefined when it is reached, `"wait"` when instances must become ready or go first.
 *
 * The rules that hold at every move: requests never meet fewer ready instances than are wanted (as far as moves are the cause), no more
 * than `wanted + surge` instances are asked for by a strategy that moves instances, and a version is never given more by weight before all
 * its instances are ready; only the way back asks for no more than one. It relies on one thing of the platform: told to run fewer, it stops those first that are not ready.
 */
export function moveTowards(strategy: Strategy, seen: Seen, goal: Wish, wanted: number): Wish | "wait" | undefined {
  return strategy.moves === "weights" ? weightMove(seen, goal) : instanceMove(strategy, seen, goal, wanted);
}

function weightMove(seen: Seen, goal: Wish): Wish | "wait" | undefined {
  const now: Wish = { stable: seen.stable.asked, next: seen.next.asked, share: seen.share };
  // The way back is the weight alone: what was left keeps running for whoever looks into it, and nothing is waited for while anybody is
  // there to answer.
  if (goal.share === 0 && (seen.share === 0 || seen.stable.ready > 0)) {
    return seen.share === 0 ? undefined : { ...now, share: 0 };
  }
  if (goal.share === 0) return now.stable < goal.stable ? { ...now, stable: goal.stable } : "wait";
  const grown = { ...now, stable: Math.max(now.stable, goal.stable), next: Math.max(now.next, goal.next) };
  if (grown.stable !== now.stable || grown.next !== now.next) return grown;
  if (goal.share === seen.share) return undefined;
  const growing = goal.share > seen.share ? seen.next : seen.stable;
  const needed = goal.share > seen.share ? goal.next : goal.stable;
  return growing.ready < needed ? "wait" : { ...now, share: goal.share };
}

function instanceMove({ surge }: Strategy, seen: Seen, goal: Wish, wanted: number): Wish | "wait" | undefined {
  const { stable, next } = seen;
  if (stable.asked === goal.stable && next.asked === goal.next) {
    return next.ready >= goal.next && stable.ready >= goal.stable ? undefined : "wait";
  }
  const room = wanted + surge - stable.asked - next.asked;
  const spare = Math.max(0, stable.ready + next.ready - wanted);
  const towards = (now: Instances, to: number) => {
    if (to > now.asked) return now.asked + Math.min(to - now.asked, Math.max(0, room));
    // One that takes no requests is missed by nobody.
    const idle = Math.max(0, now.asked - now.ready);
    return now.asked - Math.min(now.asked - to, idle + spare);
  };
  const grows = stable.asked < goal.stable || next.asked < goal.next;
  // One side a move: what was counted as spare or room must not be given away twice.
  const ways: Wish[] = [
    { stable: stable.asked, next: towards(next, goal.next), share: goal.share },
    { stable: towards(stable, goal.stable), next: next.asked, share: goal.share },
  ];
  const growth = (it: Wish) => it.stable + it.next - stable.asked - next.asked;
  const possible = ways.filter((it) => growth(it) !== 0);
  return (grows ? possible.find((it) => growth(it) > 0) : undefined) ?? possible[0] ?? "wait";
}
