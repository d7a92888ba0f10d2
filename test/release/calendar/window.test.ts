import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { judgeEndOfDay, judgeWindow } from "../../../release/calendar/judgeWindow.ts";
import { anyTime, everyDay, hour, ics, teamAt } from "./calendars.ts";

const berlin = { zone: "Europe/Berlin" };
const office = { ...berlin, windows: [{ days: ["mon", "tue", "wed", "thu"], from: "09:00", until: "15:00" }] };
const night = (zone: string) => ({
  zone,
  windows: [{ days: everyDay, from: "02:00", until: "04:00" }],
  endOfDay: anyTime,
});

describe("a change window", () => {
  it.each<[string, string, number, boolean, RegExp]>([
    ["is open inside of it", "2026-11-24T09:00:00Z", 2 * hour, true, /open until Tue 2026-11-24 15:00 Europe\/Berlin/],
    ["is open at its first moment", "2026-11-24T08:00:00Z", 6 * hour, true, /open/],
    ["is closed a moment before", "2026-11-24T07:59:59.999Z", hour, false, /next opening Tue 2026-11-24 09:00/],
    ["is closed at its end", "2026-11-24T14:00:00Z", hour, false, /no window .* next opening Wed 2026-11-25 09:00/],
    ["is closed on a day without one", "2026-11-27T10:00:00Z", hour, false, /next opening Mon 2026-11-30 09:00/],
    [
      "must have time left for the plan",
      "2026-11-24T12:30:00Z",
      2 * hour,
      false,
      /takes 2 h, but the window closes in 90 min/,
    ],
    ["has just enough time left", "2026-11-24T12:00:00Z", 2 * hour, true, /open/],
    ["that no plan fits in says so", "2026-11-24T09:00:00Z", 7 * hour, false, /no opening for 7 h until/],
    ["in local time is another hour in UTC", "2026-06-24T07:30:00Z", hour, true, /09:30|open/],
    [
      "of the wrong zone is closed, whatever the time there",
      "2026-11-24T15:30:00Z",
      hour,
      false,
      /16:30 Europe\/Berlin/,
    ],
  ])("%s", (_, now, duration, open, reason) => {
    const found = judgeWindow(teamAt(now, office), new Date(now), duration);
    expect(found.reason).toMatch(reason);
    expect(found.open).toBe(open);
    if (!open) expect(found.closedBy).toBeDefined();
  });

  it("goes over midnight into the next day", () => {
    const team = { ...berlin, windows: [{ days: ["tue"], from: "22:00", until: "02:00", late: true }] };
    const at = (now: string) => judgeWindow(teamAt(now, team), new Date(now), hour);
    expect(at("2026-11-24T23:30:00Z")).toMatchObject({ open: true, until: "2026-11-25T01:00:00.000Z" });
    expect(at("2026-11-25T00:30:00Z")).toMatchObject({ open: false, closedBy: "length" });
    expect(at("2026-11-23T23:30:00Z")).toMatchObject({ open: false, nextOpening: "2026-11-24T21:00:00.000Z" });
  });

  it("that follows on another is one with it", () => {
    const team = {
      ...berlin,
      endOfDay: anyTime,
      windows: [
        { days: ["tue"], from: "20:00", until: "24:00" },
        { days: ["wed"], from: "00:00", until: "02:00" },
      ],
    };
    const now = "2026-11-24T20:00:00Z";
    expect(judgeWindow(teamAt(now, team), new Date(now), 4 * hour)).toMatchObject({
      open: true,
      until: "2026-11-25T01:00:00.000Z",
    });
  });
});

describe("the clocks change", () => {
  it.each<[string, string, string, string, string, number]>([
    ["Berlin, one hour is missing", "Europe/Berlin", "2026-03-29", "01:00", "02:00", 1],
    ["Berlin, an ordinary day", "Europe/Berlin", "2026-03-30", "00:00", "02:00", 2],
    ["Berlin, one hour comes twice", "Europe/Berlin", "2026-10-25", "00:00", "03:00", 3],
    ["New York, one hour is missing", "America/New_York", "2026-03-08", "07:00", "08:00", 1],
    ["New York, 01:00 to 02:00 twice is before the window", "America/New_York", "2026-11-01", "07:00", "09:00", 2],
    ["Lord Howe, half an hour comes twice", "Australia/Lord_Howe", "2026-04-05", "15:30", "17:30", 2],
    ["Lord Howe, half an hour is missing", "Australia/Lord_Howe", "2026-10-04", "15:30", "17:00", 1.5],
  ])("%s: a window from 02:00 to 04:00", (_, zone, day, from, until, hours) => {
    const dayBefore = Temporal.PlainDate.from(day).subtract({ days: zone === "Australia/Lord_Howe" ? 1 : 0 });
    const begin = new Date(`${dayBefore}T${from}:00Z`);
    const calendar = teamAt(`${day}T00:00:00Z`, night(zone));
    const found = judgeWindow(calendar, begin, 1_000);
    expect(found).toMatchObject({ open: true, until: `${dayBefore}T${until}:00.000Z` });
    expect(judgeWindow(calendar, new Date(begin.getTime() - 1), 1_000).open).toBe(false);
    expect((Date.parse(found.until ?? "") - begin.getTime()) / hour).toBe(hours);
    expect(judgeWindow(calendar, begin, hours * hour).open).toBe(true);
    expect(judgeWindow(calendar, begin, hours * hour + 1)).toMatchObject({ open: false, closedBy: "length" });
  });

  it("a window that lies in the missing hour is not there that day", () => {
    const team = { ...berlin, endOfDay: anyTime, windows: [{ days: everyDay, from: "02:15", until: "02:45" }] };
    const now = "2026-03-28T12:00:00Z";
    expect(judgeWindow(teamAt(now, team), new Date(now), 60_000)).toMatchObject({
      nextOpening: "2026-03-30T00:15:00.000Z",
    });
  });

  it("a window that lies in the hour that comes twice is there twice, with time between", () => {
    const team = { ...berlin, endOfDay: anyTime, windows: [{ days: ["sun"], from: "02:15", until: "02:45" }] };
    const at = (now: string) => judgeWindow(teamAt("2026-10-24T12:00:00Z", team), new Date(now), 60_000);
    expect(at("2026-10-25T00:30:00Z")).toMatchObject({ open: true, until: "2026-10-25T00:45:00.000Z" });
    expect(at("2026-10-25T00:50:00Z")).toMatchObject({ open: false, nextOpening: "2026-10-25T01:15:00.000Z" });
    expect(at("2026-10-25T01:30:00Z")).toMatchObject({ open: true, until: "2026-10-25T01:45:00.000Z" });
  });
});

describe("a freeze", () => {
  const christmas = { ...berlin, freezes: [{ name: "Christmas", everyYear: { from: "12-15", until: "01-05" } }] };
  it.each<[string, string, boolean]>([
    ["is not yet, the evening before", "2026-12-14T22:59:59Z", true],
    ["begins with its first day", "2026-12-14T23:00:00Z", false],
    ["holds over the end of the year", "2026-12-31T23:30:00Z", false],
    ["holds on its last day", "2027-01-05T22:59:59Z", false],
    ["is over the day after", "2027-01-05T23:00:00Z", true],
  ])("of every year %s", (_, now, open) => {
    const found = judgeWindow(teamAt(now, christmas), new Date(now), hour / 60 / 60);
    expect(found.open).toBe(open);
    if (!open) expect(found).toMatchObject({ closedBy: "freeze", nextOpening: "2027-01-05T23:00:00.000Z" });
  });

  it.each<[string, string, boolean]>([
    ["a leap year", "2028-02-29T12:00:00Z", false],
    ["a leap year's 1 March", "2028-03-01T12:00:00Z", true],
    ["another year's 28 February", "2027-02-28T12:00:00Z", true],
    ["another year's 1 March", "2027-03-01T12:00:00Z", true],
  ])("of 29 February only: %s", (_, now, open) => {
    const team = { zone: "UTC", freezes: [{ name: "leap", everyYear: { from: "02-29", until: "02-29" } }] };
    expect(judgeWindow(teamAt(now, team), new Date(now), 1_000).open).toBe(open);
  });

  it("with local times holds in local time, and a plan must end before it", () => {
    const team = { ...berlin, freezes: [{ name: "fair", from: "2026-11-24T12:00", until: "2026-11-26" }] };
    const at = (now: string) => judgeWindow(teamAt(now, team), new Date(now), hour);
    expect(at("2026-11-24T10:00:00Z").open).toBe(true);
    expect(at("2026-11-24T10:30:00Z")).toMatchObject({
      open: false,
      closedBy: "length",
      reason: expect.stringContaining("a freeze or holiday begins in 30 min"),
    });
    expect(at("2026-11-24T11:00:00Z")).toMatchObject({ closedBy: "freeze" });
    expect(at("2026-11-26T22:59:00Z")).toMatchObject({ closedBy: "freeze" });
    expect(at("2026-11-26T23:00:00Z").open).toBe(true);
  });

  it("by a rule holds for its days", () => {
    const team = {
      zone: "America/New_York",
      freezes: [{ name: "Thanksgiving", rule: "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", days: 4 }],
    };
    const at = (now: string) => judgeWindow(teamAt(now, team), new Date(now), 1_000).open;
    expect(at("2026-11-26T04:59:59Z")).toBe(true);
    expect(at("2026-11-26T05:00:00Z")).toBe(false);
    expect(at("2026-11-30T04:59:59Z")).toBe(false);
    expect(at("2026-11-30T05:00:00Z")).toBe(true);
  });
});

describe("a holiday", () => {
  const team = { ...office, holidays: ["holidays.ics"] };
  const files = {
    "holidays.ics": ics(
      ["DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=YEARLY", "SUMMARY:New Year"],
      ["DTSTART;TZID=Europe/Berlin:20261224T120000", "DURATION:PT12H", "SUMMARY:Christmas Eve"],
    ),
  };
  it.each<[string, string, boolean, RegExp]>([
    ["of whole days closes them in the team's zone", "2026-12-31T23:00:00Z", false, /has a holiday .*New Year/],
    ["is over the day after, when it is a working day", "2027-01-04T09:00:00Z", true, /open/],
    ["with times closes only these", "2026-12-24T11:00:00Z", false, /Christmas Eve/],
    ["leaves the morning, if the plan fits", "2026-12-24T08:30:00Z", true, /open until Thu 2026-12-24 12:00/],
  ])("%s", (_, now, open, reason) => {
    const found = judgeWindow(teamAt(now, team, files), new Date(now), hour);
    expect(found.reason).toMatch(reason);
    expect(found.open).toBe(open);
  });
});

describe("the end of the day and of the week", () => {
  it.each<[string, string, boolean]>([
    ["Monday morning", "2026-11-23T08:00:00Z", true],
    ["a minute before three", "2026-11-23T13:59:00Z", true],
    ["three o'clock", "2026-11-23T14:00:00Z", false],
    ["Monday night", "2026-11-23T22:59:00Z", false],
    ["Friday before noon", "2026-11-27T10:59:00Z", true],
    ["Friday noon", "2026-11-27T11:00:00Z", false],
    ["Saturday morning", "2026-11-28T08:00:00Z", false],
    ["Sunday", "2026-11-29T08:00:00Z", false],
    ["Monday's first hour", "2026-11-29T23:00:00Z", true],
  ])("without any configuration but the zone: %s", (_, now, open) => {
    const found = judgeEndOfDay(teamAt(now, berlin), new Date(now), hour);
    expect(found.open).toBe(open);
    if (!open) expect(found.closedBy).toBe("end-of-day");
  });

  it("a window that names Saturday lets a release start then, and then only", () => {
    const team = { ...berlin, windows: [{ days: ["sat"], from: "08:00", until: "12:00" }] };
    const at = (now: string) => judgeEndOfDay(teamAt(now, team), new Date(now), hour).open;
    expect([at("2026-11-28T06:59:00Z"), at("2026-11-28T07:00:00Z"), at("2026-11-28T11:00:00Z")]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("a window of the late hours says so, and is open then", () => {
    const team = { ...berlin, windows: [{ days: ["fri"], from: "22:00", until: "02:00", late: true }] };
    const at = (now: string) => judgeEndOfDay(teamAt(now, team), new Date(now), hour).open;
    expect([at("2026-11-27T20:59:00Z"), at("2026-11-27T21:30:00Z"), at("2026-11-28T00:30:00Z")]).toEqual([
      false,
      true,
      true,
    ]);
    expect(at("2026-11-28T01:00:00Z")).toBe(false);
  });

  it("another last day and weekend move the rule", () => {
    const team = { zone: "Asia/Dubai", endOfDay: { after: "16:00", lastDay: "thu", weekend: ["fri", "sat"] } };
    const at = (now: string) => judgeEndOfDay(teamAt(now, team), new Date(now), hour).open;
    expect([at("2026-11-26T07:00:00Z"), at("2026-11-26T08:00:00Z"), at("2026-11-27T06:00:00Z")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(at("2026-11-29T11:00:00Z")).toBe(true);
  });

  it("the next opening of a window heeds it", () => {
    const team = { ...berlin, windows: [{ days: ["fri", "mon"], from: "11:00", until: "18:00" }] };
    const now = "2026-11-27T11:30:00Z";
    expect(judgeEndOfDay(teamAt(now, team), new Date(now), hour)).toMatchObject({
      open: false,
      nextOpening: "2026-11-30T10:00:00.000Z",
    });
  });
});

describe("a calendar worked out at another time", () => {
  it.each(["2026-11-20T00:00:00Z", "2027-06-01T00:00:00Z"])("says nothing of %s", (now) => {
    const calendar = teamAt("2026-11-24T10:00:00Z", berlin);
    expect(judgeWindow(calendar, new Date(now), hour)).toMatchObject({ open: false, closedBy: "calendar" });
    expect(judgeEndOfDay(calendar, new Date(now), hour)).toMatchObject({ open: false, closedBy: "calendar" });
  });
});
