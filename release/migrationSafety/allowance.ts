import type { Allowance } from "./statement.ts";

/** Shortest reason that is taken for one. */
export const shortestReason = 10;

const pattern = /^--\s*greenlight:\s*allow\s+([a-z0-9-]{1,60})(?:\s+because\b[\s:]*(.{0,500}))?$/i;

/** The allowances in the comment lines directly above a statement; a blank line ends them. */
export function allowancesIn(gap: string): Allowance[] {
  const lines = gap.split("\n").map((line) => line.trim());
  // What stands on the statement's own line before it.
  if (lines.at(-1) === "") lines.pop();
  const found: Allowance[] = [];
  for (const line of lines.reverse()) {
    if (!line.startsWith("--")) break;
    const [, rule, reason = ""] = pattern.exec(line) ?? [];
    if (rule !== undefined) found.push({ rule: rule.toLowerCase(), reason: reason.trim() });
  }
  return found.reverse();
}
