import { exitCodes } from "../exitCodes.ts";
import { Problem } from "../problem.ts";
import { freezeClosures } from "./closures.ts";
import { type HolidayEvent, holidayClosures } from "./holidays.ts";
import { localTime } from "./localDate.ts";
import { type CalendarSettings, calendarSettings, type TeamSettings, type Weekday, weekdays } from "./settings.ts";
import { closuresLimit, horizonMs, type TeamCalendar } from "./teamCalendar.ts";
import { dayMs, stretches } from "./zone.ts";

/**
 * The calendar that a release of a team goes by, worked out from a day before `now` to 92 days after it.
 *
 * @param team of the manifest; without one the setting's `default`, else the only team
 * @param holidays events of each iCalendar file that the team names, by its name in the settings
 * @throws Problem for a team that is not there or not clear, a file that was not read, and more closures than can be carried
 */
export function calendarOf(
  settings: CalendarSettings,
  team: string | undefined,
  holidays: ReadonlyMap<string, readonly HolidayEvent[]>,
  now: Date,
): TeamCalendar {
  const chosen = chosenTeam(settings, team);
  const its: TeamSettings = chosen === undefined ? defaultTeam() : chosen.team;
  const zone = its.zone ?? settings.zone;
  if (zone === undefined) throw calendarProblem("The calendar has no zone.", "set greenlight:calendar.zone");
  const known = { from: now.getTime() - dayMs, until: now.getTime() + horizonMs };
  const clocks = stretches(zone, known);
  const closures = [
    ...its.freezes.flatMap((it) => freezeClosures(it, clocks)),
    ...its.holidays.flatMap((file) => {
      const events = holidays.get(file);
      if (events === undefined) throw calendarProblem(`${file} was not read.`, "keep it in the project");
      return holidayClosures(events, zone, clocks, file);
    }),
  ].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  if (closures.length > closuresLimit) {
    throw calendarProblem(
      `The calendar has ${closures.length} freezes and holidays in the next three months; at most ${closuresLimit} are taken.`,
      "name calendars of holidays, not of appointments",
    );
  }
  const { endOfDay } = its;
  return {
    ...(chosen === undefined ? {} : { team: chosen.name }),
    zone,
    windows: its.windows.map(({ days, from, until, late }) => ({
      days: days.map(weekdayNumber),
      from: localTime(from) ?? 0,
      until: localTime(until) ?? 0,
      late,
    })),
    endOfDay: {
      after: localTime(endOfDay.after) ?? 0,
      lastDay: weekdayNumber(endOfDay.lastDay),
      lastDayAfter: localTime(endOfDay.lastDayAfter) ?? 0,
      weekend: endOfDay.weekend.map(weekdayNumber),
    },
    closures,
    knownFrom: new Date(known.from).toISOString(),
    knownUntil: new Date(known.until).toISOString(),
  };
}

/** The iCalendar files that a team's calendar needs. @throws Problem as {@link calendarOf} */
export function holidayFiles(settings: CalendarSettings, team: string | undefined): readonly string[] {
  return chosenTeam(settings, team)?.team.holidays ?? [];
}

function chosenTeam(
  { teams, default: fallback }: CalendarSettings,
  wanted: string | undefined,
): { readonly name: string; readonly team: TeamSettings } | undefined {
  const names = Object.keys(teams);
  const name = wanted ?? fallback ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    if (names.length === 0) return undefined;
    throw calendarProblem(
      "It is not clear whose calendar holds.",
      `name one in the manifest as team, or for all as greenlight:calendar.default: ${names.join(", ")}`,
    );
  }
  const team = Object.hasOwn(teams, name) ? teams[name] : undefined;
  if (team !== undefined) return { name, team };
  throw calendarProblem(
    `${name} is no team of greenlight:calendar.`,
    names.length === 0 ? "add it to greenlight:calendar.teams" : `teams: ${names.join(", ")}`,
  );
}

function defaultTeam(): TeamSettings {
  const { teams } = calendarSettings.parse({ zone: "UTC", teams: { none: {} } });
  const { none } = teams;
  if (none === undefined) throw new Error("the calendar's defaults are missing");
  return none;
}

function weekdayNumber(day: Weekday): number {
  return weekdays.indexOf(day) + 1;
}

function calendarProblem(happened: string, next: string): Problem {
  return new Problem({ happened, untouched: "Nothing was changed.", next, exitCode: exitCodes.usage });
}
