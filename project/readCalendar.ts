import { join } from "node:path";
import type { Settings } from "../config.ts";
import { calendarOf, holidayFiles } from "../release/calendar/calendarOf.ts";
import { type HolidayEvent, readHolidays } from "../release/calendar/holidays.ts";
import type { TeamCalendar } from "../release/calendar/teamCalendar.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem, sentence } from "../release/problem.ts";
import { readEvidenceBytes } from "./evidence/evidenceFile.ts";

/**
 * The calendar that a release goes by, with its holidays read from the project's files.
 *
 * @param project absolute
 * @param team of the manifest
 * @throws Problem without a calendar, for a team that is not there, and for a file that is not understood
 */
export function readCalendar(project: string, settings: Settings, team: string | undefined, now: Date): TeamCalendar {
  const { calendar } = settings;
  if (calendar === undefined) {
    throw new Problem({
      happened: "Nobody knows what time it is where the team works: greenlight:calendar.zone is not set.",
      untouched: "Nothing was changed.",
      next: "set it to an IANA zone: pulumi config set --path greenlight:calendar.zone Europe/Berlin",
      exitCode: exitCodes.usage,
    });
  }
  const files = new Map<string, readonly HolidayEvent[]>();
  for (const file of holidayFiles(calendar, team)) files.set(file, holidaysIn(project, file));
  return calendarOf(calendar, team, files, now);
}

function holidaysIn(project: string, file: string): readonly HolidayEvent[] {
  const refuse = (why: string) =>
    new Problem({
      happened: `The holidays of ${file} cannot be taken: ${why}.`,
      untouched: "Nothing was changed.",
      next: "export the calendar anew, or take the file out of greenlight:calendar",
      exitCode: exitCodes.usage,
    });
  const read = readEvidenceBytes(project, join(project, file));
  if ("problem" in read) throw refuse(read.problem);
  try {
    return readHolidays(read.bytes);
  } catch (error) {
    throw refuse(sentence(error));
  }
}
