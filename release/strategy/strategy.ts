/** How users come to a new version. */
export type StrategyName = "blue-green" | "rolling" | "canary";

/** A share of users' traffic, or of the instances, at which a release stops and is judged. */
export interface Stage {
  /** Percent of the new version: a whole number from 1 to 100. */
  readonly percent: number;
  /** How long it is watched there before it is judged, ms. */
  readonly bakeMs: number;
}

/**
 * What a strategy does, without its name: two kinds of moving traffic, and the stages between none and all.
 *
 * - `weights`: both versions run at full capacity side by side, and weights say who gets how much (blue/green, canary).
 * - `instances`: each version runs the instances that its share of the traffic takes, and no more (rolling; ./rolling.ts).
 */
export interface Strategy {
  readonly name: StrategyName;
  readonly moves: "weights" | "instances";
  /** In rising order; the last is 100 percent. */
  readonly stages: readonly Stage[];
  /** Requests that the new version must have answered at a stage before anything is decided there; 0 asks for none. */
  readonly minRequests: number;
  /** How long beyond its bake a stage waits for those requests and for a verdict, ms. Then a person is asked. */
  readonly patienceMs: number;
}

/** What is wrong with a strategy, a sentence each; empty when nothing is. */
export function strategyFaults({ stages, minRequests, patienceMs }: Strategy): string[] {
  const faults: string[] = [];
  const percents = stages.map(({ percent }) => percent);
  if (percents.some((it) => !Number.isInteger(it) || it < 1 || it > 100)) {
    faults.push(`stages are ${percents.join(", ")}; expected whole numbers from 1 to 100`);
  }
  if (percents.some((it, at) => at > 0 && it <= (percents[at - 1] ?? 0))) {
    faults.push(`stages are ${percents.join(", ")}; expected each above the one before it`);
  }
  if (percents.at(-1) !== 100) faults.push(`the last stage is ${percents.at(-1) ?? "missing"}; expected 100`);
  if (stages.some(({ bakeMs }) => !(bakeMs >= 0))) faults.push("a bake is no length of time");
  if (!Number.isInteger(minRequests) || minRequests < 0) {
    faults.push(`minRequests is ${minRequests}; expected a whole number of at least 0`);
  }
  if (!(patienceMs >= 0)) faults.push("the patience is no length of time");
  return faults;
}

/**
 * The stage that comes after those that were passed; undefined when none is left.
 *
 * @param passed percent of the last stage that was passed, 0 before the first
 */
export function stageAfter({ stages }: Strategy, passed: number): Stage | undefined {
  return stages.find(({ percent }) => percent > passed);
}
