import type { z } from "zod";
import type { EvidenceRef } from "./evidence.ts";

/** The seed's five groups, the lists of the day (T-60, T-30), and the anti-patterns. */
export const groups = ["code", "tests", "infrastructure", "database", "communication", "day", "anti-patterns"] as const;
export type Group = (typeof groups)[number];

/** `group/name`, such as `tests/unit`; the same in command, policy, report and documentation. */
export type ItemId = `${Group}/${string}`;

export type Severity = "critical" | "high" | "medium" | "low";

/** What is found of one item. Absence is `fail`; `not applicable` is only what the release's own facts make so. */
export interface Finding {
  readonly verdict: "pass" | "fail" | "not applicable";
  /** One sentence without a full stop: what was seen, with values. */
  readonly reason: string;
  /** What it rests on. */
  readonly evidence?: readonly EvidenceRef[];
  /** Earlier items whose failing alone makes this one fail: once all of them are set aside, so is this one. */
  readonly because?: readonly ItemId[];
}

/** What is known of the release while an item is judged. */
export interface Judging {
  readonly version: string;
  /** The commit that is released; without it no evidence can speak of it. */
  readonly commit: string | undefined;
  /** When that commit was made; evidence of it cannot be older. */
  readonly committedAt: Date | undefined;
  readonly now: Date;
  /** The finding of an item that comes earlier in the checklist; undefined for one that does not. */
  readonly finding: (id: ItemId) => Finding | undefined;
}

/** One line of the checklist as a rule. */
export interface ChecklistItem<Facts = unknown> {
  readonly id: ItemId;
  readonly group: Group;
  /** The seed's own words. */
  readonly title: string;
  readonly severity: Severity;
  /**
   * From when on it is judged. `review`: always. `day`: not yet in a preview that is a review. `tag`: what `greenlight release`
   * itself makes at T-30, and therefore not at T-60.
   */
  readonly when: "review" | "day" | "tag";
  /** No override sets it aside. */
  readonly unoverridable: boolean;
  /** What the rule asks, in a sentence or two, for docs/checklist.md and `greenlight check --item`. */
  readonly rule: string;
  /** What to do when it fails; a command where there is one. */
  readonly mend: string;
  /** Shape of the facts that it is judged by; what does not fit fails. */
  readonly facts: z.ZodType<Facts>;
  readonly judge: (facts: Facts, it: Judging) => Finding;
}

/** For the list of all items, which does not know the facts of each. */
export function item<Facts>(it: ChecklistItem<Facts>): ChecklistItem {
  return { ...it, judge: (facts, judging) => it.judge(it.facts.parse(facts), judging) };
}

export const pass = (reason: string, evidence: readonly EvidenceRef[] = []): Finding => ({
  verdict: "pass",
  reason,
  evidence,
});
export const fail = (reason: string, evidence: readonly EvidenceRef[] = []): Finding => ({
  verdict: "fail",
  reason,
  evidence,
});
export const notApplicable = (reason: string): Finding => ({ verdict: "not applicable", reason });
