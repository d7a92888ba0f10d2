import type { ChecklistFacts } from "../../../release/checklist/facts.ts";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import { type ItemVerdict, judgeChecklist } from "../../../release/checklist/judge.ts";

export const commit = "c".repeat(40);
export const other = "d".repeat(40);
/** A Tuesday, eleven o'clock in Berlin. */
export const now = "2026-11-24T10:00:00.000Z";

/** What the whole checklist says of one item, by facts of its own. */
export function judged(id: string, facts: unknown, more: Partial<ChecklistFacts> = {}): ItemVerdict {
  const items = facts === undefined ? {} : { [id]: facts };
  const all: ChecklistFacts = {
    version: "v1.2.3",
    commit,
    committedAt: "2026-11-23T10:00:00.000Z",
    phase: "day",
    gatheredAt: now,
    items: { ...(items as ChecklistFacts["items"]), ...more.items },
    overrides: [],
    ...(({ items: _, ...rest }) => rest)(more),
  };
  const found = judgeChecklist(checklistItems, all, new Date(now)).items.find((it) => it.id === id);
  if (found === undefined) throw new Error(`no item ${id}`);
  return found;
}
