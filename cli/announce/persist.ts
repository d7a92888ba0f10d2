import { setTimeout as sleep } from "node:timers/promises";
import { spokenDuration } from "../../release/duration.ts";
import { type Delivery, forAll, type Outcome } from "./delivery.ts";

/** How often, how long and with which pauses a delivery is tried. Milliseconds. */
export interface Pace {
  readonly attempts: number;
  readonly timeoutMs: number;
  /** Before the second attempt; each further pause is twice as long, less up to a half by chance. */
  readonly firstPauseMs: number;
  /** Longest pause, also when a receiver asks for a longer one: then the delivery fails. */
  readonly longestPauseMs: number;
  /** No attempt begins after this time. */
  readonly longestMs: number;
}

/** The pauses of an announcement. */
export const usualPace = { firstPauseMs: 1_000, longestPauseMs: 20_000, longestMs: 60_000 } as const;

/**
 * Attempts a delivery until it arrives, or cannot, or its time is over. Never rejects: what stopped it is the outcome.
 */
export async function persist(delivery: Delivery, pace: Pace, signal: AbortSignal): Promise<readonly Outcome[]> {
  const { to, problem } = delivery;
  if (problem !== undefined) return forAll(to, { ok: false, response: problem });
  const began = Date.now();
  let last: readonly Outcome[] = forAll(to, { ok: false, response: "not tried" });
  try {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const { outcomes, again, afterMs } = await delivery.attempt(pace.timeoutMs, signal);
      last = outcomes;
      if (!again) return outcomes;
      if (attempt >= pace.attempts) return said(outcomes, attempt === 1 ? "" : `, ${attempt} times`);
      const pause = afterMs ?? pace.firstPauseMs * 2 ** (attempt - 1) * (1 - Math.random() / 2);
      if (pause > pace.longestPauseMs || Date.now() - began + pause > pace.longestMs) {
        return said(outcomes, afterMs === undefined ? "" : `, to be tried again after ${spokenDuration(afterMs)}`);
      }
      await sleep(pause, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return last.map((it) => ({ ...it, response: `stopped before it arrived; ${it.response}` }));
  }
}

function said(outcomes: readonly Outcome[], more: string): readonly Outcome[] {
  return outcomes.map((it) => ({ ...it, response: `${it.response}${more}` }));
}
