import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ItemId } from "../../release/checklist/item.ts";
import type { ChecklistVerdict } from "../../release/checklist/judge.ts";
import { ReadyRelease, refusals } from "./readyRelease.ts";

/** A way round the gate, the item that stops it, and what is said of it. */
export type Attempt = readonly [name: string, item: ItemId, attempt: (it: ReadyRelease) => void, refused: RegExp];

/** Each attempt is made on a copy of a release that may be, which is judged by what is really there. */
export function refused(idea: string, attempts: readonly Attempt[]): void {
  describe(idea, () => {
    const copy = readyCopies();
    it.each(attempts)("%s", async (_, item, attempt, reason) => {
      const release = copy();
      attempt(release);
      stopped(await release.verdict(), item, reason);
    });
  });
}

/**
 * As {@link refused}, for attempts that touch nothing but what their item rests on: those on different items are made on one copy,
 * so that it is judged once for all of them.
 */
export function refusedSideBySide(ideas: Readonly<Record<string, readonly Attempt[]>>): void {
  const ready = readyRelease();
  const rounds: Round[] = [];
  for (const [idea, attempts] of Object.entries(ideas)) {
    describe(idea, () => {
      it.each(attempts.map((it) => [it[0], it, roundFor(rounds, it)] as const))("%s", async (_, attempt, round) => {
        round.verdict ??= judged(ready().copy(), round.attempts);
        stopped(await round.verdict, attempt[1], attempt[3]);
      });
    });
  }
}

/** As {@link refused}, for what is refused before any item is judged. */
export function refusedOutright(
  idea: string,
  attempts: readonly (readonly [name: string, attempt: (it: ReadyRelease) => void, refused: RegExp])[],
): void {
  describe(idea, () => {
    const copy = readyCopies();
    it.each(attempts)("%s", async (_, attempt, reason) => {
      const release = copy();
      attempt(release);
      await expect(async () => release.verdict()).rejects.toThrow(reason);
    });
  });
}

/** Copies of one release, made once for the tests around; each is gone after its test. */
export function readyCopies(): () => ReadyRelease {
  const ready = readyRelease();
  return () => {
    const copy = ready().copy();
    onTestFinished(() => copy.remove());
    return copy;
  };
}

/** A release that may be, for the tests around. */
export function readyRelease(): () => ReadyRelease {
  let ready: ReadyRelease | undefined;
  beforeAll(async () => {
    ready = await ReadyRelease.make();
  });
  afterAll(() => ready?.remove());
  return () => {
    if (ready === undefined) throw new Error("it is made before the tests");
    return ready;
  };
}

/** Attempts on different items, and what the checklist says once they are all made. */
interface Round {
  readonly attempts: Attempt[];
  verdict?: Promise<ChecklistVerdict>;
}

function roundFor(rounds: Round[], attempt: Attempt): Round {
  const free = rounds.find((it) => !it.attempts.some(([, item]) => item === attempt[1]));
  const round = free ?? { attempts: [] };
  if (free === undefined) rounds.push(round);
  round.attempts.push(attempt);
  return round;
}

async function judged(release: ReadyRelease, attempts: readonly Attempt[]): Promise<ChecklistVerdict> {
  try {
    for (const [, , attempt] of attempts) attempt(release);
    return await release.verdict();
  } finally {
    release.remove();
  }
}

function stopped(verdict: ChecklistVerdict, item: ItemId, reason: RegExp): void {
  expect(refusals(verdict).get(item)).toMatch(reason);
  expect(verdict.ok).toBe(false);
}
