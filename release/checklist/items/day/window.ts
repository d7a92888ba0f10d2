import { judgeWindow } from "../../../calendar/judgeWindow.ts";
import { fail, item, pass } from "../../item.ts";
import { calendarFacts, planLeft } from "./calendarFacts.ts";
import { clockFault } from "./clock.ts";

/** The seed's "Confirm deployment window still valid". */
export const changeWindow = item({
  id: "day/window",
  group: "day",
  title: "Confirm deployment window still valid",
  severity: "high",
  when: "day",
  unoverridable: false,
  rule:
    "A change window of the team is open now, no freeze and no holiday holds, and it stays so for as long as the manifest's `duration`, " +
    "in real hours, whatever the clocks do meanwhile. At the switch, what is left of it since the deployment began is enough, at least " +
    "greenlight:watch.for. Without windows only freezes and holidays close. The team's zone must be known.",
  mend:
    "wait for the next opening, shorten the plan (duration in the manifest), or correct greenlight:calendar: its zone, the team's windows, " +
    "freezes and holidays",
  facts: calendarFacts,
  judge(facts, judging) {
    const fault = clockFault(facts, judging);
    if (fault !== undefined) return fail(fault);
    const { open, reason } = judgeWindow(facts.calendar, judging.now, planLeft(facts, judging.now));
    return open ? pass(reason) : fail(reason);
  },
});
