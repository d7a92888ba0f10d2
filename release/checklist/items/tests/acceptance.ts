import { z } from "zod";
import type { SecurityFinding, SecuritySummary } from "../../../evidence/security/summary.ts";

/** Longest time ahead that a finding may be accepted for: 90 days. Milliseconds. */
export const longestAcceptance = 90 * 24 * 3_600_000;

/** A finding that the manifest takes for a while. `id` is the finding's, or `id@package` for one place of it only. */
export const acceptedFinding = z.strictObject({
  id: z.string().min(1).max(700),
  reason: z.string().min(1).max(1_000),
  by: z.string().min(1).max(300),
  until: z.iso.datetime({ offset: true }),
});
export type AcceptedFinding = z.infer<typeof acceptedFinding>;

/** What stands for a finding: accepted or cleared, with the words for it, or open with why its acceptance does not hold. */
export type Standing =
  | { readonly open: false; readonly words: string }
  | { readonly open: true; readonly why?: string };

/** Whether a finding is accepted by the manifest or cleared by an analysis, at that time. */
export function standingOf(
  it: SecurityFinding,
  accepted: readonly AcceptedFinding[],
  cleared: SecuritySummary["cleared"],
  now: Date,
): Standing {
  const own = accepted.filter(({ id }) => id === it.id || id === `${it.id}@${it.where ?? ""}`);
  const holding = own.find((one) => lapseOf(one, now) === undefined);
  if (holding !== undefined) return { open: false, words: `${it.id} accepted by ${holding.by} until ${holding.until}` };
  const analysis = cleared.find(({ id }) => id === it.id);
  if (analysis !== undefined) return { open: false, words: `${it.id} ${analysis.why}` };
  const [first] = own;
  const why = first === undefined ? undefined : lapseOf(first, now);
  return why === undefined ? { open: true } : { open: true, why };
}

function lapseOf({ until }: AcceptedFinding, now: Date): string | undefined {
  const left = Date.parse(until) - now.getTime();
  if (!(left > 0)) return `accepted only until ${until}`;
  return left > longestAcceptance ? `accepted for longer than 90 days, until ${until}` : undefined;
}
