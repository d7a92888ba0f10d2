import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holidayClosures, readHolidays } from "../../../release/calendar/holidays.ts";
import { stretches } from "../../../release/calendar/zone.ts";
import { ics } from "./calendars.ts";

const range = { from: Date.parse("2026-11-01T00:00:00Z"), until: Date.parse("2027-02-01T00:00:00Z") };
const closuresIn = (zone: string, text: string) =>
  holidayClosures(readHolidays(Buffer.from(text)), zone, stretches(zone, range), "holidays.ics").map(
    ({ name, from, until }) => `${name} ${from.slice(0, 16)} ${until.slice(0, 16)}`,
  );
const day = (date: string, ...more: string[]) => [`DTSTART;VALUE=DATE:${date}`, "SUMMARY:Day", ...more];

describe("events of an iCalendar file", () => {
  it.each<[string, string, string[]]>([
    ["a whole day is one in the team's zone", ics(day("20261225")), ["Day 2026-12-24T23:00 2026-12-25T23:00"]],
    [
      "several days, the end not part of them",
      ics(day("20261225", "DTEND;VALUE=DATE:20261227")),
      ["Day 2026-12-24T23:00 2026-12-26T23:00"],
    ],
    [
      "a day that ends on itself is that day",
      ics(day("20261225", "DTEND;VALUE=DATE:20261225")),
      ["Day 2026-12-24T23:00 2026-12-25T23:00"],
    ],
    ["every year", ics(day("19901226", "RRULE:FREQ=YEARLY")), ["Day 2026-12-25T23:00 2026-12-26T23:00"]],
    ["every year until it was abolished", ics(day("19901226", "RRULE:FREQ=YEARLY;UNTIL=20200101")), []],
    [
      "a few times",
      ics(day("20261110", "RRULE:FREQ=WEEKLY;COUNT=2")),
      ["Day 2026-11-09T23:00 2026-11-10T23:00", "Day 2026-11-16T23:00 2026-11-17T23:00"],
    ],
    [
      "the fourth Thursday",
      ics(day("20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")),
      ["Day 2026-11-25T23:00 2026-11-26T23:00"],
    ],
    [
      "without a day that is taken out",
      ics(day("20261110", "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;VALUE=DATE:20261110")),
      ["Day 2026-11-16T23:00 2026-11-17T23:00"],
    ],
    [
      "moved for once",
      ics(
        day("20261110", "RRULE:FREQ=WEEKLY;COUNT=2", "UID:w"),
        day("20261112", "RECURRENCE-ID;VALUE=DATE:20261110", "UID:w"),
      ),
      ["Day 2026-11-16T23:00 2026-11-17T23:00", "Day 2026-11-11T23:00 2026-11-12T23:00"],
    ],
    ["cancelled", ics(day("20261225", "STATUS:CANCELLED")), []],
    [
      "shown as free, as calendars of holidays do",
      ics(day("20261225", "TRANSP:TRANSPARENT")),
      ["Day 2026-12-24T23:00 2026-12-25T23:00"],
    ],
    [
      "with times of another zone",
      ics(["DTSTART;TZID=America/New_York:20261124T090000", "DTEND;TZID=America/New_York:20261124T120000"]),
      ["a holiday 2026-11-24T14:00 2026-11-24T17:00"],
    ],
    [
      "with times of UTC",
      ics(["DTSTART:20261124T090000Z", "DURATION:PT90M", "SUMMARY:Hours"]),
      ["Hours 2026-11-24T09:00 2026-11-24T10:30"],
    ],
    [
      "with a name in another alphabet, folded",
      ics(day("20261225").map((it) => it.replace("Day", "Weih\r\n nachten\\, 1. Tag 🎄"))),
      ["Weihnachten, 1. Tag 🎄 2026-12-24T23:00 2026-12-25T23:00"],
    ],
    [
      "with what nobody asks for",
      ics(["BEGIN:VALARM", "TRIGGER:-PT15M", "END:VALARM", 'X-FREE;X="a:b":1', ...day("20261225")]),
      ["Day 2026-12-24T23:00 2026-12-25T23:00"],
    ],
  ])("%s", (_, text, expected) => {
    expect(closuresIn("Europe/Berlin", text)).toEqual(expected);
  });

  it("a whole day is not the same time everywhere", () => {
    expect(closuresIn("Asia/Kolkata", ics(day("20261225")))).toEqual(["Day 2026-12-24T18:30 2026-12-25T18:30"]);
  });
});

describe("refused, with the reason", () => {
  const whole = ics(day("20261225"));
  it.each<[string, string | Buffer, RegExp]>([
    ["an empty file", "", /BEGIN:VCALENDAR/],
    ["another kind of file", '{"a":1}', /BEGIN:VCALENDAR/],
    ["a file that was cut off", whole.slice(0, -20), /END:VCALENDAR/],
    ["an event that was cut out in part", whole.replace("END:VEVENT\r\n", ""), /ends what did not begin/],
    ["two calendars in one file", whole + whole, /must not begin here|outside/],
    ["no event", ics(), /no event/],
    ["30 February, which libraries take for 2 March", ics(day("20260230")), /no date/],
    ["a time of 25 hours", ics(["DTSTART:20261124T250000Z"]), /no date/],
    ["a time without a zone", ics(["DTSTART:20261124T090000"]), /without a zone/],
    ["a zone that is none", ics(["DTSTART;TZID=Middle Earth:20261124T090000"]), /no IANA zone/],
    ["an event without a begin", ics(["SUMMARY:x"]), /no DTSTART/],
    ["an event with two begins", ics(day("20261225", "DTSTART;VALUE=DATE:20261226")), /DTSTART twice/],
    ["an event that ends before it begins", ics(day("20261225", "DTEND;VALUE=DATE:20261220")), /less than nothing/],
    ["an event of two years", ics(day("20261225", "DTEND;VALUE=DATE:20281225")), /more than a year/],
    ["a day that ends with a time", ics(day("20261225", "DTEND:20261226T100000Z")), /ends with a time/],
    ["a rule of seconds", ics(day("20261225", "RRULE:FREQ=SECONDLY")), /repeats by/],
    [
      "a rule that would multiply hours and minutes",
      ics(day("20261225", "RRULE:FREQ=YEARLY;BYHOUR=1,2;BYMINUTE=1,2")),
      /repeats by/,
    ],
    ["RDATE, which nobody expands", ics(day("20261225", "RDATE;VALUE=DATE:20261226")), /RDATE is not understood/],
    ["a control character", ics(day("20261225", "X-A:\u0000")), /control character/],
    ["a line without a name", ics(day("20261225", ": x")), /no content line/],
    ["text that is not UTF-8", Buffer.from([...Buffer.from(whole), 0xff]), /not UTF-8/],
    ["more than 1 MiB", `${whole}${"\r\n".repeat(600_000)}`, /1 MiB/],
    ["thousands of events", ics(...Array.from({ length: 2_001 }, () => day("20261225"))), /more than 2000 events/],
    [
      "hundreds of events that repeat",
      ics(...Array.from({ length: 201 }, () => day("20201225", "RRULE:FREQ=YEARLY"))),
      /more than 200 events that repeat/,
    ],
  ])("%s", (_, text, message) => {
    expect(() => readHolidays(Buffer.from(text))).toThrow(message);
  });

  it("names of every object pollute nothing", () => {
    const text = ics(day("20261225", "UID:__proto__", "__proto__:1"), day("20261225", "UID:constructor"));
    expect(() => readHolidays(Buffer.from(text))).toThrow(/no content line/);
    readHolidays(
      Buffer.from(
        ics(day("20261225", "UID:__proto__"), day("20261226", "UID:__proto__", "RECURRENCE-ID;VALUE=DATE:20261225")),
      ),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("whatever is in the file", () => {
  const attempt = (bytes: Uint8Array) => {
    try {
      const events = readHolidays(bytes);
      expect(events.length).toBeGreaterThan(0);
      holidayClosures(events, "Europe/Berlin", stretches("Europe/Berlin", range), "x.ics");
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).not.toMatch(/undefined|\n/);
      expect(error).not.toBeInstanceOf(TypeError);
    }
  };

  it("bytes are read or refused", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), attempt), { numRuns: 300 });
  });

  it("a calendar with a piece changed, doubled or cut out is read or refused", () => {
    const text = ics(
      day("20261110", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2;UNTIL=20300101", "EXDATE;VALUE=DATE:20261110,20261111"),
      ["DTSTART;TZID=Europe/Berlin:20261224T120000", "DURATION:P1DT2H", "RRULE:FREQ=YEARLY;COUNT=9", "SUMMARY:Eve"],
    );
    const piece = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        "\r\n",
        "\r\n ",
        ";",
        ":",
        "=",
        ",",
        "-1",
        "99999999",
        "DTSTART",
        "RRULE:",
        "FREQ=DAILY",
        "__proto__",
        "END:VEVENT",
        "BEGIN:VEVENT",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length), fc.nat(30), piece), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const changed = changes.reduce((it, [at, cut, put]) => `${it.slice(0, at)}${put}${it.slice(at + cut)}`, text);
          attempt(Buffer.from(changed));
        },
      ),
      { numRuns: 800 },
    );
  });

  it("rules of days, however they are put together, end", () => {
    const numbers = (max: number) =>
      fc.array(fc.integer({ min: -max, max }), { minLength: 1, maxLength: 8 }).map(String);
    const rule = fc
      .record({
        FREQ: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
        INTERVAL: fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }),
        BYMONTH: fc.option(numbers(12), { nil: undefined }),
        BYMONTHDAY: fc.option(numbers(31), { nil: undefined }),
        BYYEARDAY: fc.option(numbers(366), { nil: undefined }),
        BYWEEKNO: fc.option(numbers(53), { nil: undefined }),
        BYSETPOS: fc.option(numbers(5), { nil: undefined }),
      })
      .map((it) =>
        Object.entries(it)
          .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))
          .join(";"),
      );
    fc.assert(
      fc.property(rule, (text) => attempt(Buffer.from(ics(day("19700101", `RRULE:${text}`))))),
      { numRuns: 120 },
    );
  });
});
