import { calendarOf } from "../../../release/calendar/calendarOf.ts";
import { readHolidays } from "../../../release/calendar/holidays.ts";
import { calendarSettings } from "../../../release/calendar/settings.ts";
import type { TeamCalendar } from "../../../release/calendar/teamCalendar.ts";

export const hour = 3_600_000;

/** A calendar of one team as the settings would say it, worked out at a moment. */
export function teamAt(now: string, team: object, files: Readonly<Record<string, string>> = {}): TeamCalendar {
  const settings = calendarSettings.parse({ teams: { shop: team } });
  const holidays = new Map(Object.entries(files).map(([name, text]) => [name, readHolidays(Buffer.from(text))]));
  return calendarOf(settings, "shop", holidays, new Date(now));
}

/** An iCalendar file with events, each given as its own lines. */
export function ics(...events: readonly (readonly string[])[]): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//tests//EN",
    ...events.flatMap((lines, index) => [
      "BEGIN:VEVENT",
      ...(lines.some((it) => it.startsWith("UID")) ? [] : [`UID:${index}@tests`]),
      "DTSTAMP:20260101T000000Z",
      ...lines,
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** The end-of-day rule switched off. */
export const anyTime = { after: "24:00", lastDayAfter: "24:00", weekend: [] };
export const everyDay = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
