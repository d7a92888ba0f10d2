import { judgeEndOfDay } from "../../../calendar/judgeWindow.ts";
import { fail, item, pass } from "../../item.ts";
import { calendarFacts, planLeft } from "../day/calendarFacts.ts";
import { clockFault } from "../day/clock.ts";

/** The seed's "Deploying at end of day/week". */
export const endOfDay = item({
  id: "anti-patterns/end-of-day",
  group: "anti-patterns",
  title: "Deploying at end of day/week",
  severity: "high",
  when: "day",
  unoverridable: false,
  rule:
    "Nothing starts from 15:00 local time on, on Friday from 12:00 on, and on Saturday and Sunday unless a window names the day. The times " +
    "and days are the team's `endOfDay`; a window with `late: true` sets the rule aside while it is open. It holds without windows too, in " +
    "the zone of greenlight:calendar, which must be set.",
  mend: "start earlier in the day or the week; for a team that works late, endOfDay or a window with late: true in greenlight:calendar",
  facts: calendarFacts,
  judge(facts, judging) {
    const fault = clockFault(facts, judging);
    if (fault !== undefined) return fail(fault);
    const { open, reason } = judgeEndOfDay(facts.calendar, judging.now, planLeft(facts, judging.now));
    return open ? pass(reason) : fail(reason);
  },
});
