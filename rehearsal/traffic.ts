import type { EnvironmentName } from "../release/environment.ts";
import { Problem } from "../release/problem.ts";
import type { Ground } from "./ground.ts";
import type { Answers, LoadWindow, Mark } from "./load/client.ts";
import { until } from "./until.ts";

/** Waits until one side has answered so many requests since the mark: only then is it known that it does. */
export async function answersFrom(
  stage: Ground,
  mark: Mark,
  side: EnvironmentName,
  least = 60,
  withinMs = 10_000,
): Promise<void> {
  const enough = async () => ((await stage.load.since(mark)).byEnvironment[side]?.requests ?? 0) >= least;
  if (await until(enough, withinMs, stage.signal)) return;
  throw new Problem({
    happened: `${side} did not answer ${least} requests within ${withinMs / 1_000} s of the switch.`,
  });
}

/** Milliseconds from a moment to the last answer among these; 0 when it lies before, null when there was none. */
export function lastAnswerAfter(answers: Answers | undefined, at: number): number | null {
  const last = answers?.lastAnswerAt;
  return last === null || last === undefined ? null : Math.max(0, last - at);
}

/** Milliseconds from a moment to the last request that these are answers to; else as {@link lastAnswerAfter}. */
export function lastRequestAfter(answers: Answers | undefined, at: number): number | null {
  const last = answers?.lastSentAt;
  return last === null || last === undefined ? null : Math.max(0, last - at);
}

/** How the load came through something that breaks answers for a while. */
export interface Healing {
  /** From the blow until requests were answered without any failure again; undefined when they never were. */
  readonly afterMs: number | undefined;
  readonly window: LoadWindow;
}

/** Waits until 150 requests in a row were answered well and `isHealed` says so too. */
export async function healing(
  stage: Ground,
  blow: { readonly mark: Mark; readonly at: number },
  withinMs: number,
  isHealed: () => Promise<boolean>,
): Promise<Healing> {
  let afterMs: number | undefined;
  await until(
    async () => {
      const mark = await stage.load.mark("healing");
      const enough = async () => (await stage.load.since(mark)).total.requests >= 150;
      await until(enough, 2000, stage.signal, 20);
      const window = await stage.load.since(mark);
      if (window.total.requests < 150 || window.total.failed > 0) return false;
      afterMs ??= Math.max(0, mark.at - blow.at);
      return isHealed();
    },
    withinMs,
    stage.signal,
    10,
  );
  return { afterMs, window: await stage.load.since(blow.mark) };
}

/** The failures in words: `12 status, 3 reset`. */
export function sayFailures({ total }: Pick<LoadWindow, "total">): string {
  const kinds = Object.entries(total.failures).map(([kind, number]) => `${number} ${kind}`);
  return kinds.length === 0 ? "none" : kinds.join(", ");
}
