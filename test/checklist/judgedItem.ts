import { checklistFacts } from "../../release/checklist/facts.ts";
import type { ChecklistItem } from "../../release/checklist/item.ts";
import { judgeChecklist } from "../../release/checklist/judge.ts";

export const now = new Date("2026-03-04T12:00:00Z");
export const commit = "1".repeat(40);

/** A file as it was read: recorded for the released commit, a day ago. */
export const file = <S>(summary: S | undefined, over: object = {}) => ({
  source: "evidence/it.json",
  sha256: "a".repeat(64),
  at: "2026-03-03T12:00:00Z",
  commit,
  ...(summary === undefined ? {} : { summary }),
  ...over,
});

/** Ways in which no file is taken, whatever it says; each with what is told. */
export const refusedFiles: readonly (readonly [string, object, RegExp])[] = [
  ["is absent", { sha256: undefined, summary: undefined, problem: "there is no such file" }, /there is no such file/],
  ["was changed after it was recorded", { problem: "it was changed after it was recorded" }, /was changed after/],
  ["is of no commit", { commit: undefined }, /does not say of which commit/],
  ["is of a foreign commit", { commit: "2".repeat(40) }, /is of commit 222222222222, not of 111111111111/],
  ["says no time", { at: undefined }, /does not say when it was made/],
  ["is from the future", { at: "2026-03-04T13:00:00Z" }, /from the future/],
  ["is older than the commit", { at: "2026-02-28T12:00:00Z" }, /before the commit/],
  ["was not read", { summary: undefined }, /was not read/],
];

/** What the checklist says of one item's facts; the commit was made on 1 March unless it is said. */
export function verdictOf(item: ChecklistItem, facts: object, over: object = {}) {
  const all = checklistFacts.parse({
    version: "v1.2.3",
    commit,
    committedAt: "2026-03-01T12:00:00Z",
    phase: "day",
    gatheredAt: now.toISOString(),
    items: { [item.id]: JSON.parse(JSON.stringify(facts)) },
    overrides: [],
    ...over,
  });
  const [verdict] = judgeChecklist([item], all, now).items;
  if (verdict === undefined) throw new Error("nothing was judged");
  return verdict;
}
