import { describe, expect, it } from "vitest";
import { calendarOf } from "../../../release/calendar/calendarOf.ts";
import { calendarSettings } from "../../../release/calendar/settings.ts";
import { teamAt } from "./calendars.ts";

const berlin = { zone: "Europe/Berlin" };
const window = { days: ["mon"], from: "09:00", until: "15:00" };
const team = (it: object) => ({ teams: { shop: { ...berlin, ...it } } });

describe("taken", () => {
  it.each<[string, unknown]>([
    ["a zone alone", berlin],
    ["a zone for all teams", { ...berlin, teams: { shop: {}, web: { zone: "America/New_York" } } }],
    ["UTC", { zone: "UTC" }],
    ["a window over midnight", team({ windows: [{ days: ["sat"], from: "22:00", until: "02:00" }] })],
    ["the whole day", team({ windows: [{ ...window, from: "00:00", until: "24:00" }] })],
    ["a late window that says so", team({ windows: [{ ...window, from: "20:00", until: "22:00", late: true }] })],
    ["a freeze of one day", team({ freezes: [{ name: "x", from: "2026-12-24", until: "2026-12-24" }] })],
    ["a freeze by a rule", team({ freezes: [{ name: "x", rule: "FREQ=MONTHLY;BYMONTHDAY=-1" }] })],
    ["a file of holidays", team({ holidays: ["calendars/holidays.ics"] })],
  ])("%s", (_, it) => {
    expect(calendarSettings.safeParse(it).error?.issues).toBeUndefined();
  });
});

describe("refused, with the key", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["an unknown zone", { zone: "Europe/Atlantis" }, "zone", /IANA zone/],
    ["an abbreviation, which knows no daylight saving", { zone: "EST" }, "zone", /IANA zone/],
    ["an offset", { zone: "+01:00" }, "zone", /IANA zone/],
    ["Etc/GMT+5, which is five hours the other way", { zone: "Etc/GMT+5" }, "zone", /IANA zone/],
    ["a zone in other letters", { zone: "europe/berlin" }, "zone", /IANA zone/],
    ["a zone that is a number", { zone: 2 }, "zone", /IANA zone/],
    ["no zone anywhere", {}, "zone", /IANA zone/],
    ["a team without a zone anywhere", { teams: { shop: {} } }, "teams.shop.zone", /calendar\.zone/],
    [
      "a default that is no team",
      { ...berlin, default: "web", teams: { shop: {} } },
      "default",
      /one of the teams: shop/,
    ],
    [
      "a window without days",
      team({ windows: [{ ...window, days: [] }] }),
      "teams.shop.windows.0.days",
      /list of days/,
    ],
    ["a day twice", team({ windows: [{ ...window, days: ["mon", "mon"] }] }), "teams.shop.windows.0.days", /once/],
    ["an unknown day", team({ windows: [{ ...window, days: ["monday"] }] }), "teams.shop.windows.0.days.0", /mon, tue/],
    [
      "a time of 25 hours",
      team({ windows: [{ ...window, until: "25:00" }] }),
      "teams.shop.windows.0.until",
      /local time/,
    ],
    ["a time as a number", team({ windows: [{ ...window, from: 9 }] }), "teams.shop.windows.0.from", /in quotes/],
    [
      "a window of no length",
      team({ windows: [{ ...window, until: "09:00" }] }),
      "teams.shop.windows.0.until",
      /whole day/,
    ],
    [
      "a window that the end of the day always closes",
      team({ windows: [{ ...window, from: "15:00", until: "18:00" }] }),
      "teams.shop.windows.0.from",
      /never opens/,
    ],
    [
      "a window on Friday that the end of the week always closes",
      team({ windows: [{ days: ["fri"], from: "12:30", until: "14:00" }] }),
      "teams.shop.windows.0.from",
      /never opens/,
    ],
    [
      "a freeze of the whole year",
      team({ freezes: [{ name: "x", everyYear: { from: "01-01", until: "12-31" } }] }),
      "teams.shop.freezes.0.everyYear",
      /free/,
    ],
    [
      "a freeze that ends the day before it begins",
      team({ freezes: [{ name: "x", everyYear: { from: "03-05", until: "03-04" } }] }),
      "teams.shop.freezes.0.everyYear",
      /free/,
    ],
    [
      "a freeze on 30 February",
      team({ freezes: [{ name: "x", everyYear: { from: "02-30", until: "03-04" } }] }),
      "teams.shop.freezes.0.everyYear.from",
      /month first/,
    ],
    [
      "a freeze that ends before it begins",
      team({ freezes: [{ name: "x", from: "2026-12-24", until: "2026-12-23" }] }),
      "teams.shop.freezes.0.until",
      /after/,
    ],
    [
      "a rule of seconds",
      team({ freezes: [{ name: "x", rule: "FREQ=SECONDLY" }] }),
      "teams.shop.freezes.0.rule",
      /rule/,
    ],
    [
      "a rule of hours of the day",
      team({ freezes: [{ name: "x", rule: "FREQ=DAILY;BYHOUR=1,2" }] }),
      "teams.shop.freezes.0.rule",
      /rule/,
    ],
    ["no rule at all", team({ freezes: [{ name: "x", rule: "every friday" }] }), "teams.shop.freezes.0.rule", /rule/],
    [
      "holidays out of the project",
      team({ holidays: ["../holidays.ics"] }),
      "teams.shop.holidays.0",
      /inside the project/,
    ],
    ["holidays that are no calendar", team({ holidays: ["holidays.txt"] }), "teams.shop.holidays.0", /\.ics/],
    ["an unknown key", team({ window: [] }), "teams.shop", /window/],
  ])("%s", (_, it, path, message) => {
    const { error } = calendarSettings.safeParse(it);
    const issues = error?.issues ?? [];
    expect(issues.map((one) => one.path.join("."))).toContain(path);
    expect(JSON.stringify(issues)).toMatch(message);
  });
});

it("a team named __proto__ is none, and changes no object", () => {
  const { teams } = calendarSettings.parse(JSON.parse('{"zone":"UTC","teams":{"__proto__":{"zone":"Asia/Tokyo"}}}'));
  expect(Object.keys(teams)).toEqual([]);
  expect("zone" in {}).toBe(false);
});

describe("whose calendar holds", () => {
  const two = calendarSettings.parse({ zone: "UTC", teams: { shop: {}, web: { zone: "Asia/Tokyo" } } });
  const now = new Date("2026-11-24T10:00:00Z");
  const none = new Map();

  it("the manifest's team, the default, the only one, and without teams the zone alone", () => {
    expect(calendarOf(two, "web", none, now)).toMatchObject({ team: "web", zone: "Asia/Tokyo" });
    expect(calendarOf({ ...two, default: "shop" }, undefined, none, now)).toMatchObject({ team: "shop", zone: "UTC" });
    expect(calendarOf(calendarSettings.parse({ zone: "UTC", teams: { shop: {} } }), undefined, none, now).team).toBe(
      "shop",
    );
    expect(calendarOf(calendarSettings.parse({ zone: "UTC" }), undefined, none, now)).toMatchObject({
      zone: "UTC",
      windows: [],
      endOfDay: { after: 15 * 3_600_000, lastDay: 5, lastDayAfter: 12 * 3_600_000, weekend: [6, 7] },
    });
  });

  it.each<[string, string | undefined, RegExp]>([
    ["an unknown team", "ops", /ops is no team/],
    ["no team where there are two", undefined, /not clear whose calendar/],
    ["a name of every object", "constructor", /constructor is no team/],
  ])("%s is refused", (_, named, message) => {
    expect(() => calendarOf(two, named, none, now)).toThrow(message);
  });

  it("a file of holidays that was not read is refused, not left out", () => {
    expect(() => teamAt("2026-11-24T10:00:00Z", { zone: "UTC", holidays: ["a.ics"] })).toThrow(/a\.ics was not read/);
  });
});
