import type { Strategy } from "./strategy.ts";

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
  /** Percent of users' traffic that goes to the new version. */
  readonly share: number;
}

/** What to ask the platform for. */
export interface Wish {
  readonly stable: number;
  readonly next: number;
  readonly share: number;
}

/**
 * One move towards a share of the new version; undefined when it is reached, `"wait"` when instances must become ready first.
 *
 * The rules that hold at every move: a version is never given more before the instances that it takes are ready; only the way back by
 * weight asks for no more than one. A strategy that moves instances says here where it goes, and ./rolling.ts by which updates.
 *
 * @param share percent of the new version
 */
export function moveTowards(strategy: Strategy, seen: Seen, share: number, wanted: number): Wish | "wait" | undefined {
  return strategy.moves === "weights"
    ? weightMove(seen, { stable: wanted, next: wanted, share })
    : instanceMove(seen, share);
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

function instanceMove({ stable, next, share }: Seen, goal: number): Wish | "wait" | undefined {
  if (share !== goal) return { stable: stable.asked, next: next.asked, share: goal };
  return stable.ready >= stable.asked && (goal === 0 || next.ready >= next.asked) ? undefined : "wait";
}
