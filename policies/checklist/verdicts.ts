import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import type { ChecklistItem } from "../../release/checklist/item.ts";
import { type ItemVerdict, judgeChecklist } from "../../release/checklist/judge.ts";
import { isJudged, judgedEnvironments } from "../../release/checklist/judged.ts";
import { carriedChecklist } from "../inputs/carried-checklist.ts";
import { releaseFacts } from "../inputs/release-facts.ts";

/** One checklist that an update is judged by; without facts nothing is known of any item. */
interface Judged {
  readonly facts: ChecklistFacts | undefined;
}

/**
 * What is found of one item in every checklist that an update is judged by; a verdict each. Empty for what needs no evidence, and
 * for a stack that has no checklist, which `checklist-enforced` judges.
 *
 * @param items the whole checklist: items rest on others
 */
export function verdictsOf(
  items: readonly ChecklistItem[],
  it: ChecklistItem,
  props: Readonly<Record<string, unknown>>,
  now: Date,
): readonly ItemVerdict[] {
  return judgedBy(props).map(({ facts }) => {
    const found = facts === undefined ? undefined : all(items, facts, now).find(({ id }) => id === it.id);
    return found ?? unknownOf(it);
  });
}

function judgedBy(props: Readonly<Record<string, unknown>>): readonly Judged[] {
  const stated = releaseFacts(props);
  // Absence is no way round: what cannot be read is judged as a release of which nothing is known.
  if ("missing" in stated) return [{ facts: undefined }];
  const { kind, live, environments } = stated.facts;
  if (!isJudged(kind)) return [];
  const carried = carriedChecklist(props);
  if ("missing" in carried) return [{ facts: undefined }];
  const { checklist } = carried;
  if (checklist.level === "none") return [];
  return judgedEnvironments(kind, live, checklist, environments).map((name) => {
    const facts = checklist[name];
    return { facts: facts?.version === environments[name]?.version ? facts : undefined };
  });
}

/** How long a judgement is used again, so that each policy does not judge all items anew. Milliseconds. */
const usedFor = 1_000;
const kept = new Map<string, { readonly at: number; readonly verdicts: readonly ItemVerdict[] }>();

function all(items: readonly ChecklistItem[], facts: ChecklistFacts, now: Date): readonly ItemVerdict[] {
  const key = JSON.stringify(facts);
  const before = kept.get(key);
  const age = now.getTime() - (before?.at ?? 0);
  if (before !== undefined && age >= 0 && age < usedFor) return before.verdicts;
  kept.clear();
  const { items: verdicts } = judgeChecklist(items, facts, now);
  kept.set(key, { at: now.getTime(), verdicts });
  return verdicts;
}

function unknownOf({ id, group, title, severity, mend }: ChecklistItem): ItemVerdict {
  return { id, group, title, severity, mend, verdict: "fail", reason: "nothing is known of it" };
}
