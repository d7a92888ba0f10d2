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
  /**
   * The override that lets a failing item pass for once; `verdict` stays `fail`. Of an item that fails only because of others that are
   * set aside it is the one of theirs that ends first.
   */
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
  const judged = new Map<ItemId, ItemVerdict>();
  const verdicts = items.map((it): ItemVerdict => {
    const found = judgeItem(it, facts, now, judged, before);
    const { id, group, title, severity, mend } = it;
    const verdict = { id, group, title, severity, mend, ...found, ...setAside(it, found, facts, now, judged) };
    judged.set(it.id, verdict);
    return verdict;
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

/** By whom and until when an item is set aside, the same wherever it is told. */
export function overrideText({ by, approvedBy, until, reason }: Override): string {
  return `${by}, approved by ${approvedBy}, until ${until}: ${reason}`;
}

/** What stands for facts that could not be gathered. */
const notGathered = z.strictObject({ problem: z.string() });

function judgeItem(
  it: ChecklistItem,
  facts: ChecklistFacts,
  now: Date,
  judged: ReadonlyMap<ItemId, ItemVerdict>,
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
      finding: (id) => findingOf(judged.get(id)),
    });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [first] = error.issues;
    return fail(
      `its facts are not what they should be: ${first?.path.map(String).join(".") ?? ""} ${first?.message ?? ""}`,
    );
  }
}

/** Without what belongs to the item that it was found of. */
function findingOf(it: ItemVerdict | undefined): Finding | undefined {
  if (it === undefined) return undefined;
  const { verdict, reason, evidence = [] } = it;
  return { verdict, reason, evidence };
}

function setAside(
  it: ChecklistItem,
  found: Finding,
  facts: ChecklistFacts,
  now: Date,
  judged: ReadonlyMap<ItemId, ItemVerdict>,
): { reason?: string; override?: Override } {
  if (found.verdict !== "fail") return {};
  const own = facts.overrides.filter((candidate) => candidate.item === it.id);
  const holding = own.find((candidate) => overrideRefusal(candidate, it.unoverridable, now) === undefined);
  if (holding !== undefined) return { override: holding };
  const followed = it.unoverridable ? undefined : setAsideWith(found, judged);
  if (followed !== undefined) return followed;
  const [first] = own;
  if (first === undefined) return {};
  return { reason: `${found.reason}; its override does not hold: ${overrideRefusal(first, it.unoverridable, now)}` };
}

/** What fails only because of items that are all set aside stands by their overrides, and says so. */
function setAsideWith(
  { reason, because = [] }: Finding,
  judged: ReadonlyMap<ItemId, ItemVerdict>,
): { reason: string; override: Override } | undefined {
  const overrides = because.map((id) => ({ id, override: judged.get(id)?.override }));
  const known = overrides.flatMap(({ id, override }) => (override === undefined ? [] : [{ id, override }]));
  const [first] = known.toSorted((a, b) => Date.parse(a.override.until) - Date.parse(b.override.until));
  if (first === undefined || known.length < because.length) return undefined;
  const told = known.map(({ id, override }) => `that of ${id} by ${override.by}, until ${override.until}`);
  return { reason: `${reason}; stands only by override: ${told.join(", ")}`, override: first.override };
}
