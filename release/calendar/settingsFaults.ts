import { localDate, localTime } from "./localDate.ts";
import type { CalendarSettings, TeamSettings } from "./settings.ts";

/** One thing wrong in the calendar, with what should be there. */
export interface CalendarFault {
  readonly path: (string | number)[];
  readonly expected: string;
}

/** What each key allows and all together do not: a zone that is nowhere, a window that never opens, a freeze without end. */
export function calendarFaults(it: CalendarSettings): readonly CalendarFault[] {
  const teams = Object.entries(it.teams);
  const faults = teams.flatMap(([name, team]) => {
    const own = teamFaults(team).map(({ path, expected }) => ({ path: ["teams", name, ...path], expected }));
    return team.zone === undefined && it.zone === undefined
      ? [{ path: ["teams", name, "zone"], expected: "an IANA zone here, or one for all as calendar.zone" }, ...own]
      : own;
  });
  if (teams.length === 0 && it.zone === undefined) {
    faults.push({ path: ["zone"], expected: "an IANA zone, such as Europe/Berlin" });
  }
  if (it.default !== undefined && !Object.hasOwn(it.teams, it.default)) {
    faults.push({
      path: ["default"],
      expected: `one of the teams: ${teams.map(([name]) => name).join(", ") || "none"}`,
    });
  }
  return faults;
}

function teamFaults({ windows, freezes, endOfDay }: TeamSettings): readonly CalendarFault[] {
  return [
    ...windows.flatMap((window, index): CalendarFault[] => {
      const from = localTime(window.from) ?? 0;
      const until = localTime(window.until) ?? 0;
      const path = ["windows", index];
      if (from === until) {
        return [
          { path: [...path, "until"], expected: 'another time than `from`: "00:00" to "24:00" is the whole day' },
        ];
      }
      const latest = (day: string) =>
        (day === endOfDay.lastDay ? localTime(endOfDay.lastDayAfter) : localTime(endOfDay.after)) ?? 0;
      // What goes over midnight opens again in the morning, where the rule lets it.
      const opens = window.late || until < from || window.days.some((day) => from < latest(day));
      return opens
        ? []
        : [
            {
              path: [...path, "from"],
              expected: `a time before ${endOfDay.after}, when endOfDay closes it: as it is, it never opens. Say late: true when the team works then`,
            },
          ];
    }),
    ...freezes.flatMap((freeze, index): CalendarFault[] => {
      const path = ["freezes", index];
      if ("everyYear" in freeze) {
        const { from, until } = freeze.everyYear;
        return coversTheYear(from, until)
          ? [{ path: [...path, "everyYear"], expected: "days that leave some of the year free" }]
          : [];
      }
      if ("rule" in freeze) return [];
      const [from, until] = [localDate(freeze.from), localDate(freeze.until)];
      if (from === undefined || until === undefined) return [];
      const ends = until.at > from.at || (until.at === from.at && until.wholeDay);
      return ends ? [] : [{ path: [...path, "until"], expected: "a time after `from`" }];
    }),
  ];
}

function coversTheYear(from: string, until: string): boolean {
  if (from === "01-01" && until === "12-31") return true;
  const next = new Date(`2000-${until}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(5, 10) === from;
}
