import type { Issue } from "./issue.ts";

export type BugPriority = "critical" | "high" | "medium" | "low";

/**
 * What trackers and teams call a priority or severity, in lower case. A label may carry a word before it that says what it is about
 * (`priority: high`, `severity/critical`, `prio-1`); where several are found the highest counts.
 */
export const priorityNames: Readonly<Record<BugPriority, readonly string[]>> = {
  critical: [
    ...["critical", "crit", "critical-urgent", "blocker", "blocking", "urgent", "highest", "emergency", "showstopper"],
    ...["p0", "s0", "sev0", "s1", "sev1", "0", "1"],
  ],
  high: ["high", "major", "important", "important-soon", "p1", "s2", "sev2", "2"],
  medium: ["medium", "moderate", "normal", "important-longterm", "p2", "s3", "sev3", "3"],
  low: [
    "low",
    "lowest",
    "minor",
    "trivial",
    "cosmetic",
    "backlog",
    "p3",
    "p4",
    "p5",
    "s4",
    "s5",
    "sev4",
    "sev5",
    "4",
    "5",
  ],
};

/** Kinds, types and labels that make an issue a bug, in lower case. */
export const bugNames: readonly string[] = [
  "bug",
  "bugs",
  "defect",
  "regression",
  "crash",
  "incident",
  "security",
  "vulnerability",
  "production bug",
];

/** Kinds, types and labels of issues that are no bugs, whatever their priority, unless they are called a bug as well. */
export const otherKindNames: readonly string[] = [
  "feature",
  "feature request",
  "enhancement",
  "improvement",
  "story",
  "user story",
  "epic",
  "task",
  "sub-task",
  "subtask",
  "chore",
  "documentation",
  "docs",
  "question",
  "discussion",
  "idea",
  "spike",
  "dependencies",
];

/** Words that may stand before a priority or a kind in a label. */
const leads =
  /^(?:priority|prio|severity|sev|impact|importance|urgency|type|kind|issue type|t|p|s)(?:\s*[:/=-]\s*|\s+)/;

/** The highest priority that an issue's names say; undefined when none of them says one. */
export function priorityOf(issue: Pick<Issue, "priorities">): BugPriority | undefined {
  const said = new Set(issue.priorities.map(bare));
  return (["critical", "high", "medium", "low"] as const).find((it) =>
    priorityNames[it].some((name) => said.has(name)),
  );
}

/** Whether an issue is a bug: it is called one, or it has a critical or high priority and is called nothing else. */
export function isBug(issue: Issue): boolean {
  const kinds = issue.kinds.map(bare);
  if (kinds.some((it) => bugNames.includes(it))) return true;
  if (kinds.some((it) => otherKindNames.includes(it))) return false;
  const priority = priorityOf(issue);
  return priority === "critical" || priority === "high";
}

/** A label without emoji and without the word before it that says what it is about: `🔥 Priority: High` is `high`. */
function bare(label: string): string {
  const plain = label
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s:/=_-]/gu, "")
    .replace(/_/g, " ")
    .trim();
  return plain.replace(leads, "").trim();
}
