import { z } from "zod";
import { teamCalendar } from "../../../calendar/teamCalendar.ts";
import { clockFacts } from "./clock.ts";

/** Facts of the items that ask the calendar. */
export const calendarFacts = z.strictObject({
  ...clockFacts,
  /** How long the manifest says that the whole plan takes. Milliseconds. */
  durationMs: z.number().int().nonnegative(),
  calendar: teamCalendar,
});
export type CalendarFacts = z.infer<typeof calendarFacts>;
