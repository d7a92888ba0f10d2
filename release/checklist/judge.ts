import { z } from "zod";
import type { ChecklistFacts } from "./facts.ts";
import {
  type ChecklistItem,
  type Finding,
  fail,
  type Group,
  type ItemId,
  notApplicable,
  type Severity,
} from "./item.ts";
import { type Override, overrideRefusal } from "./override.ts";

/** One item with what was found of it. */
export interface ItemVerdict extends Finding {
  readonly id: ItemId;
  readonly group: Group;
  readonly title: string;
  readonly severity: Severity;
  readonly mend: string;
  /** The override that lets a failing item pass for once; `verdict` stays `fail`. */
  readonly override?: Override;
}

export interface ChecklistVerdict {
  /** No item fails that is not set aside by an override. */
  readonly ok: boolean;
  readonly version: string;
  readonly items: readonly ItemVerdict[];
}

/**
 * Judges the whole checklist. Facts that are missing or misshapen fail their item, never another one.
 *
 * @param before leaves out what `greenlight release` only makes at T-30 when `T-30`
 */
export function judgeChecklist(
  items: readonly ChecklistItem[],
  facts: ChecklistFacts,
  now: Date,
  before?: "T-30",
): ChecklistVerdict {
  const findings = new Map<ItemId, Finding>();
  const verdicts = items.map((it): ItemVerdict => {
    const found = judgeItem(it, facts, now, findings, before);
    findings.set(it.id, found);
    const { id, group, title, severity, mend } = it;
    return { id, group, title, severity, mend, ...found, ...setAside(it, found, facts, now) };
  });
  return { ok: verdicts.length > 0 && verdicts.every(stands), version: facts.version, items: verdicts };
}

/** Whether an item holds nobody up. */
export function stands(it: ItemVerdict): boolean {
  return it.verdict !== "fail" || it.override !== undefined;
}

/** One line about an item that fails, the same wherever it is told. */
export function refusalText(it: ItemVerdict): string {
  return `${it.id}: ${it.reason}. To mend it: ${it.mend}`;
}

/** What stands for facts that could not be gathered. */
const notGathered = z.strictObject({ problem: z.string() });

function judgeItem(
  it: ChecklistItem,
  facts: ChecklistFacts,
  now: Date,
  findings: ReadonlyMap<ItemId, Finding>,
  before: "T-30" | undefined,
): Finding {
  if (it.when !== "review" && facts.phase === "review") return notApplicable("judged on the day, not in a review");
  if (it.when === "tag" && before === "T-30") return notApplicable("made at T-30, judged after it");
  const own: unknown = Object.hasOwn(facts.items, it.id) ? facts.items[it.id] : undefined;
  if (own === undefined) return fail("nothing is known of it");
  const unread = notGathered.safeParse(own);
  if (unread.success) return fail(unread.data.problem);
  try {
    return it.judge(own, {
      version: facts.version,
      commit: facts.commit,
      committedAt: facts.committedAt === undefined ? undefined : new Date(facts.committedAt),
      now,
      finding: (id) => findings.get(id),
    });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [first] = error.issues;
    return fail(
      `its facts are not what they should be: ${first?.path.map(String).join(".") ?? ""} ${first?.message ?? ""}`,
    );
  }
}

function setAside(
  it: ChecklistItem,
  found: Finding,
  facts: ChecklistFacts,
  now: Date,
): { reason?: string; override?: Override } {
  if (found.verdict !== "fail") return {};
  const own = facts.overrides.filter((candidate) => candidate.item === it.id);
  const holding = own.find((candidate) => overrideRefusal(candidate, it.unoverridable, now) === undefined);
  if (holding !== undefined) return { override: holding };
  const [first] = own;
  if (first === undefined) return {};
  return { reason: `${found.reason}; its override does not hold: ${overrideRefusal(first, it.unoverridable, now)}` };
}
