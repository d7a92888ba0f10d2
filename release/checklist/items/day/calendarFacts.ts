import { z } from "zod";
import type { Needed } from "../../../calendar/judgeWindow.ts";
import { teamCalendar } from "../../../calendar/teamCalendar.ts";
import { clockFacts } from "./clock.ts";

/** Facts of the items that ask the calendar. */
export const calendarFacts = z.strictObject({
  ...clockFacts,
  /** How long the manifest says that the whole plan takes. Milliseconds. */
  durationMs: z.number().int().nonnegative(),
  /** How long the candidate is watched after the switch: what is left of a plan at least. Milliseconds. */
  watchForMs: z.number().int().nonnegative().optional(),
  /** When the plan began, by the journal; absent when it is not under way, or its deployment is not done. */
  begunAt: z.iso.datetime({ offset: true }).optional(),
  calendar: teamCalendar,
});
export type CalendarFacts = z.infer<typeof calendarFacts>;

/**
 * What is left of the plan: all of it before the deployment is done, then its duration without the time since it began, but never less
 * than the watch, which is all still to come.
 */
export function planLeft({ durationMs, watchForMs, begunAt }: CalendarFacts, now: Date): Needed {
  // Without the watch's length nobody knows how little may be left.
  if (begunAt === undefined || watchForMs === undefined) return { ms: durationMs, of: "the plan" };
  const passed = Math.max(0, now.getTime() - Date.parse(begunAt));
  return { ms: Math.max(watchForMs, durationMs - passed), of: `what is left of the plan, begun at ${begunAt},` };
}
