import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeEndOfDay, judgeWindow } from "../../../release/calendar/judgeWindow.ts";
import { without } from "../../../release/calendar/spans.ts";
import { anyTime, everyDay, hour, teamAt } from "./calendars.ts";

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Pacific/Apia",
  "America/Santiago",
  "Africa/Casablanca",
  "Pacific/Kiritimati",
  "UTC",
];
/** Around changes of the clocks, the ends of years and 29 February, and anywhere between. */
const special = [
  "2026-03-29",
  "2026-10-25",
  "2026-03-08",
  "2026-11-01",
  "2026-04-05",
  "2026-10-04",
  "2026-12-31",
  "2028-02-29",
];
const moment = fc.oneof(
  fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2029, 11, 31) }),
  fc
    .tuple(fc.constantFrom(...special), fc.integer({ min: -30 * hour, max: 54 * hour }))
    .map(([day, more]) => Date.parse(day) + more),
);
const minuteOfDay = fc.integer({ min: 0, max: 1439 });
const said = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** What the clocks show, asked of the platform itself and not of the code under test. */
function wall(zone: string, at: number): { day: string; monthDay: string; minute: number } {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    weekday: "short",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((it) => it.type === type)?.value ?? "";
  return {
    day: part("weekday").toLowerCase(),
    monthDay: `${part("month")}-${part("day")}`,
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}
const before = (day: string) => everyDay[(everyDay.indexOf(day) + 6) % 7] ?? "";

describe("whatever the zone and the moment", () => {
  it("a window is open exactly while the clocks on the wall show a time of it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        moment,
        fc.subarray(everyDay, { minLength: 1 }),
        minuteOfDay,
        minuteOfDay,
        (zone, at, days, from, until) => {
          fc.pre(from !== until);
          const team = { zone, endOfDay: anyTime, windows: [{ days, from: said(from), until: said(until) }] };
          const { day, minute } = wall(zone, at);
          const expected =
            from < until
              ? days.includes(day) && from <= minute && minute < until
              : (days.includes(day) && minute >= from) || (days.includes(before(day)) && minute < until);
          expect(judgeWindow(teamAt(new Date(at).toISOString(), team), new Date(at), 1).open).toBe(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("a yearly freeze holds exactly on its days", () => {
    const date = fc
      .integer({ min: 0, max: 365 })
      .map((day) => new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(5, 10));
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, date, date, (zone, at, from, until) => {
        const year = (day: string) => Date.parse(`2000-${day}`);
        fc.pre(!(from === "01-01" && until === "12-31") && year(from) - year(until) !== 86_400_000);
        const team = { zone, freezes: [{ name: "freeze", everyYear: { from, until } }] };
        const { monthDay } = wall(zone, at);
        const frozen = from <= until ? from <= monthDay && monthDay <= until : from <= monthDay || monthDay <= until;
        const found = judgeWindow(teamAt(new Date(at).toISOString(), team), new Date(at), 1);
        expect(found.closedBy === "freeze").toBe(frozen);
      }),
      { numRuns: 400 },
    );
  });

  it("the end of the day and of the week is what the clocks on the wall show", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, (zone, at) => {
        const { day, minute } = wall(zone, at);
        const late = day === "sat" || day === "sun" || minute >= 15 * 60 || (day === "fri" && minute >= 12 * 60);
        expect(judgeEndOfDay(teamAt(new Date(at).toISOString(), { zone }), new Date(at), 1).open).toBe(!late);
      }),
      { numRuns: 300 },
    );
  });

  it("the next opening is one, has the plan's real time, and none comes before it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        moment,
        fc.subarray(everyDay, { minLength: 1 }),
        minuteOfDay,
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 300 }),
        (zone, at, days, from, length, planMinutes) => {
          const until = (from + length) % 1440;
          const team = { zone, windows: [{ days, from: said(from), until: said(until), late: true }] };
          const calendar = teamAt(new Date(at).toISOString(), team);
          const plan = planMinutes * 60_000;
          const now = judgeWindow(calendar, new Date(at), plan);
          const fits = (moment: number) =>
            judgeWindow(calendar, new Date(moment), plan).open && judgeEndOfDay(calendar, new Date(moment), plan).open;
          if (now.open) {
            expect(Date.parse(now.until ?? "") - at).toBeGreaterThanOrEqual(plan);
            return;
          }
          if (now.nextOpening === undefined) {
            // Where a window is an hour longer because the clocks go back, a longer plan would fit that night only.
            expect(planMinutes).toBeGreaterThanOrEqual(length);
            return;
          }
          const next = Date.parse(now.nextOpening);
          expect(next).toBeGreaterThan(at);
          expect(fits(next)).toBe(true);
          for (const share of [0, 0.25, 0.5, 0.75]) expect(fits(at + Math.floor((next - at) * share))).toBe(false);
          expect(fits(next - 1)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("time taken out of spans is what is left of them", () => {
    const span = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
      .map(([from, length]) => ({ from, until: from + length }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), fc.array(span, { maxLength: 8 }), (some, taken) => {
        const left = without(some, taken);
        const has = (all: readonly { from: number; until: number }[], at: number) =>
          all.some((it) => it.from <= at && at < it.until);
        for (let at = 0; at < 80; at += 1) expect(has(left, at)).toBe(has(some, at) && !has(taken, at));
      }),
    );
  });
});
