import { z } from "zod";
import { formatDuration } from "../duration.ts";
import { isOneOf, namesIn } from "../evidence/review/people.ts";
import { clockSkew } from "./evidence.ts";

/** Longest time that an override may be given for, from its approval on: a day. Milliseconds. */
export const longestOverride = 24 * 3_600_000;

const person = z.string().min(1).max(200);

/** An item set aside for once: who asked, who else approved, why, and until when. */
export const overrideShape = z.strictObject({
  item: z.string().max(100),
  by: person,
  approvedBy: person,
  /** ISO time of the approval. */
  approvedAt: z.iso.datetime({ offset: true }),
  reason: z.string().min(10, "why, in a sentence").max(1_000),
  until: z.iso.datetime({ offset: true }),
});
export type Override = z.infer<typeof overrideShape>;

/** Why an override does not hold now; undefined when it does. */
export function overrideRefusal(it: Override, unoverridable: boolean, now: Date): string | undefined {
  if (unoverridable) return "this item cannot be set aside";
  if (namesIn(it.by).some((name) => isOneOf(name, namesIn(it.approvedBy))))
    return `${it.by} cannot approve their own override`;
  const until = Date.parse(it.until);
  const approved = Date.parse(it.approvedAt);
  if (approved > now.getTime() + clockSkew) return `its approval is from the future: ${it.approvedAt}`;
  if (until <= now.getTime()) return `it ended at ${it.until}`;
  if (until - approved > longestOverride) return `it is given for longer than ${formatDuration(longestOverride)}`;
  return undefined;
}
