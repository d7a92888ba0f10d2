import { isAbsolute } from "node:path";
import { z } from "zod";
import { localDate, localTime } from "./localDate.ts";
import { ruleFault } from "./recurrence.ts";
import { calendarFaults } from "./settingsFaults.ts";
import { isZone } from "./zone.ts";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

const zoneExpected = "an IANA zone with a place's own rules, such as Europe/Berlin, or UTC";
const zone = () => z.string(zoneExpected).refine(isZone, zoneExpected).meta({ expected: zoneExpected });

const timeExpected = 'a local time in quotes, from "00:00" to "24:00"';
const time = () =>
  z
    .string(timeExpected)
    .refine((it) => localTime(it) !== undefined, timeExpected)
    .meta({ expected: timeExpected });

const dayExpected = "mon, tue, wed, thu, fri, sat or sun";
const day = () => z.enum(weekdays, dayExpected).meta({ expected: dayExpected });
const daysExpected = "a list of days, such as [mon, tue, wed, thu]";
const days = () =>
  z
    .array(day(), daysExpected)
    .max(7, daysExpected)
    .refine((it) => new Set(it).size === it.length, "each day once")
    .meta({ expected: daysExpected });

const name = () =>
  z.string("its name").min(1, "its name").max(100, "at most 100 characters").meta({ expected: "its name" });

const window = z.strictObject(
  {
    days: days().min(1, daysExpected).describe("Days on which the window begins."),
    from: time().describe("Local time at which it opens."),
    until: time().describe("Local time at which it closes; one that is not after `from` is of the next day."),
    late: z
      .boolean("true or false")
      .default(false)
      .meta({ expected: "true or false" })
      .describe("The team works then: `endOfDay` does not close this window."),
  },
  '{ days: [mon, tue], from: "09:00", until: "15:00" }',
);

const onceExpected = 'a local date or time in quotes, such as "2026-12-24" or "2026-12-24T12:00"';
const once = z.strictObject({
  name: name(),
  from: z
    .string(onceExpected)
    .refine((it) => localDate(it) !== undefined, onceExpected)
    .describe("First day, or local time of its begin."),
  until: z
    .string(onceExpected)
    .refine((it) => localDate(it) !== undefined, onceExpected)
    .describe("Last day, or local time of its end."),
});

const yearlyExpected = 'a day of the year in quotes, month first, such as "12-15"';
const dayOfYear = z.string(yearlyExpected).refine((it) => localDate(`2000-${it}`) !== undefined, yearlyExpected);
const yearly = z.strictObject({
  name: name(),
  everyYear: z
    .strictObject({ from: dayOfYear, until: dayOfYear }, '{ from: "12-15", until: "01-05" }')
    .describe("First and last day, each year; it may go over the end of the year."),
});

const byRule = z.strictObject({
  name: name(),
  rule: z
    .string("a rule of days as in RFC 5545")
    .superRefine((text, context) => {
      const fault = ruleFault(text);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    })
    .describe("RRULE of the first day of each, such as FREQ=YEARLY;BYMONTH=11;BYDAY=4TH."),
  start: z
    .string(onceExpected)
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date in quotes, such as "2026-01-01"')
    .refine((it) => localDate(it) !== undefined, 'a date in quotes, such as "2026-01-01"')
    .default("2020-01-01")
    .describe("Day from which the rule counts (DTSTART)."),
  days: z
    .number("a number of days from 1 to 60")
    .int("a number of days from 1 to 60")
    .min(1, "a number of days from 1 to 60")
    .max(60, "a number of days from 1 to 60")
    .default(1)
    .describe("How many days each lasts."),
});

const freezeExpected =
  '{ name, everyYear: { from: "12-15", until: "01-05" } }, { name, from: "2026-12-24", until: "2026-12-26" } or { name, rule, days }';
const freeze = z.union([yearly, once, byRule], freezeExpected);

const endOfDay = z.strictObject(
  {
    after: time().default("15:00").describe("Nothing starts from this local time on."),
    lastDay: day().default("fri").describe("Last working day of the week …"),
    lastDayAfter: time().default("12:00").describe("… on which nothing starts from this local time on."),
    weekend: days().default(["sat", "sun"]).describe("Days on which nothing starts, unless a window names them."),
  },
  '{ after: "15:00", lastDayAfter: "12:00" }',
);

const fileExpected = "an iCalendar file (.ics) inside the project, relative to it";
const file = z
  .string(fileExpected)
  .regex(/^[\x20-\x7e]{1,200}\.ics$/i, fileExpected)
  .refine((it) => !isAbsolute(it) && !it.split(/[/\\]/).includes(".."), fileExpected);

const team = z.strictObject(
  {
    zone: zone().optional().describe("Zone of the team's local times; left out, that of the calendar."),
    windows: z
      .array(window, "a list of windows")
      .max(50, "at most 50 windows")
      .default([])
      .meta({ expected: 'a list of { days: [mon, tue], from: "09:00", until: "15:00", late: false }' })
      .describe(
        "When a release may run, in local time. Without any it may run whenever nothing else forbids it. An `until` that is not after `from` is of the next day; `late: true` sets `endOfDay` aside in that window.",
      ),
    freezes: z
      .array(freeze, "a list of freezes")
      .max(100, "at most 100 freezes")
      .default([])
      .meta({ expected: `a list of ${freezeExpected}` })
      .describe("When no release runs: each year, once, or by an RRULE. First and last day are part of it."),
    holidays: z
      .array(file, "a list of iCalendar files")
      .max(20, "at most 20 files")
      .default([])
      .meta({ expected: "a list of .ics files, relative to the project" })
      .describe("Calendars of holidays: no release runs during their events."),
    endOfDay: endOfDay.prefault({}).describe("Not at the end of the day or of the week. It concerns the start only."),
  },
  "a team's calendar, such as { zone: Europe/Berlin, windows: [...] }",
);

const teamName = "a name of letters, digits, _ and -, at most 63 characters";

/** The setting `greenlight:calendar`: when releases may run. */
export const calendarSettings = z
  .strictObject(
    {
      zone: zone()
        .optional()
        .describe("Zone of the default rule, and of every team without one of its own. Nothing passes without a zone."),
      default: z
        .string(teamName)
        .optional()
        .meta({ expected: "a team" })
        .describe("Team of a manifest that names none; left out, the only one."),
      teams: z
        .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, teamName), team, "teams by name")
        .refine((it) => Object.keys(it).length <= 50, "at most 50 teams")
        .default({})
        .meta({ expected: "teams by name", named: "team" })
        .describe("Calendars by team. Without any, only the rule of `endOfDay` holds."),
    },
    'a group of keys, such as { zone: Europe/Berlin, teams: { shop: { windows: [{ days: [mon, tue], from: "09:00", until: "15:00" }] } } }',
  )
  .superRefine((it, context) => {
    for (const { path, expected } of calendarFaults(it)) context.addIssue({ code: "custom", path, message: expected });
  });

export type CalendarSettings = z.output<typeof calendarSettings>;
export type TeamSettings = CalendarSettings["teams"][string];
export type FreezeSettings = TeamSettings["freezes"][number];
