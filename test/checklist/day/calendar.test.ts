import { describe, expect, it } from "vitest";
import { calendarOf } from "../../../release/calendar/calendarOf.ts";
import { calendarSettings } from "../../../release/calendar/settings.ts";
import { judged, now } from "./judged.ts";

const hour = 3_600_000;
const facts = (team: object, more: object = {}) => {
  const settings = calendarSettings.parse({ teams: { shop: { zone: "Europe/Berlin", ...team } } });
  const calendar = JSON.parse(JSON.stringify(calendarOf(settings, undefined, new Map(), new Date(now))));
  return { at: now, durationMs: 2 * hour, calendar, ...more };
};
const tuesday = { windows: [{ days: ["tue"], from: "09:00", until: "14:00" }] };

describe("day/window", () => {
  it.each<[string, unknown, "pass" | "fail", RegExp]>([
    [
      "passes in an open window that is long enough",
      facts(tuesday),
      "pass",
      /open until Tue 2026-11-24 14:00 Europe\/Berlin; the plan takes 2 h/,
    ],
    ["passes without windows when nothing forbids it", facts({}), "pass", /no window is configured/],
    ["fails without facts", undefined, "fail", /nothing is known/],
    [
      "fails when the calendar could not be read, with the reason",
      { problem: "greenlight:calendar.zone is not set" },
      "fail",
      /calendar\.zone is not set/,
    ],
    [
      "fails out of the window, and says when it opens",
      facts({ windows: [{ days: ["wed"], from: "09:00", until: "14:00" }] }),
      "fail",
      /next opening Wed 2026-11-25 09:00/,
    ],
    [
      "fails when the plan takes longer than the window",
      facts(tuesday, { durationMs: 4 * hour }),
      "fail",
      /takes 4 h, but the window closes in 3 h/,
    ],
    [
      "passes at the switch when what is left of the plan fits",
      facts(tuesday, { durationMs: 4 * hour, watchForMs: hour, begunAt: "2026-11-24T08:30:00.000Z" }),
      "pass",
      /what is left of the plan, begun at 2026-11-24T08:30:00.000Z, takes 2 h 30 min/,
    ],
    [
      "fails at the switch when what is left of the plan does not fit",
      facts(tuesday, { durationMs: 4 * hour, watchForMs: hour, begunAt: "2026-11-24T09:30:00.000Z" }),
      "fail",
      /begun at .*, takes 3 h 30 min, but the window closes in 3 h/,
    ],
    [
      "asks for the watch at least, however long ago the plan began",
      facts(tuesday, { durationMs: 2 * hour, watchForMs: 4 * hour, begunAt: "2026-11-20T09:30:00.000Z" }),
      "fail",
      /takes 4 h, but the window closes in 3 h/,
    ],
    [
      "asks for the whole plan when it is said to begin in the future",
      facts(tuesday, { durationMs: 4 * hour, watchForMs: hour, begunAt: "2026-11-24T13:30:00.000Z" }),
      "fail",
      /takes 4 h, but/,
    ],
    [
      "asks for the whole plan when nobody says how long it is watched",
      facts(tuesday, { durationMs: 4 * hour, begunAt: "2026-11-24T08:30:00.000Z" }),
      "fail",
      /the plan takes 4 h, but/,
    ],
    [
      "fails in a freeze, by its name",
      facts({ freezes: [{ name: "Fair", from: "2026-11-20", until: "2026-11-30" }] }),
      "fail",
      /is frozen until Tue 2026-12-01 00:00 .*Fair/,
    ],
    [
      "fails in a window of another zone, whatever the time there",
      facts({ ...tuesday, zone: "Asia/Tokyo" }),
      "fail",
      /19:00 Asia\/Tokyo/,
    ],
    [
      "fails for a calendar worked out a year ago",
      facts(tuesday, { calendar: { ...facts(tuesday).calendar, knownUntil: "2025-11-24T10:00:00.000Z" } }),
      "fail",
      /was worked out/,
    ],
    [
      "fails when the facts are from the future",
      facts(tuesday, { at: "2026-11-24T11:00:00.000Z" }),
      "fail",
      /clock .* was set back/,
    ],
    [
      "fails when the journal is from the future",
      facts(tuesday, { journal: "2026-11-24T10:30:00.000Z" }),
      "fail",
      /journal.* set back/,
    ],
    [
      "fails for a zone that is no place's",
      facts(tuesday, { calendar: { ...facts(tuesday).calendar, zone: "+14:00" } }),
      "fail",
      /not what they should be/,
    ],
    ["fails for facts with more in them", { ...facts(tuesday), open: true }, "fail", /not what they should be/],
    ["fails for a negative duration", facts(tuesday, { durationMs: -hour }), "fail", /not what they should be/],
    ["fails for a verdict in the place of facts", { verdict: "pass" }, "fail", /not what they should be/],
  ])("%s", (_, it, verdict, reason) => {
    const found = judged("day/window", it);
    expect(found.reason).toMatch(reason);
    expect(found.verdict).toBe(verdict);
  });

  it("fails when the clock was set back before the commit was made", () => {
    const found = judged("day/window", facts(tuesday), { committedAt: "2026-11-24T12:00:00.000Z" });
    expect(found).toMatchObject({
      verdict: "fail",
      reason: expect.stringMatching(/commit was made at .*one of the two is wrong/),
    });
  });

  it("a few seconds between two machines are no fault", () => {
    expect(judged("day/window", facts(tuesday, { at: "2026-11-24T10:01:30.000Z" })).verdict).toBe("pass");
  });

  it("is not judged in a review", () => {
    expect(judged("day/window", undefined, { phase: "review" }).verdict).toBe("not applicable");
  });
});

describe("anti-patterns/end-of-day", () => {
  const closed = { after: "10:30" };
  it.each<[string, unknown, "pass" | "fail", RegExp]>([
    [
      "passes early in the day",
      facts({}),
      "pass",
      /Tue 2026-11-24 11:00 Europe\/Berlin is early enough: a start is allowed until Tue 2026-11-24 15:00/,
    ],
    [
      "holds without any window",
      facts({ endOfDay: closed }),
      "fail",
      /end of the day or of the week; next opening Wed 2026-11-25 00:00/,
    ],
    [
      "fails from the local time on that the team sets",
      facts({ ...tuesday, endOfDay: closed }),
      "fail",
      /end of the day/,
    ],
    [
      "passes in a late window",
      facts({ windows: [{ ...tuesday.windows[0], late: true }], endOfDay: closed }),
      "pass",
      /early enough/,
    ],
    ["fails in the zone where it is evening", facts({ zone: "Asia/Tokyo" }), "fail", /19:00 Asia\/Tokyo/],
    ["fails on the team's weekend", facts({ endOfDay: { weekend: ["tue"] } }), "fail", /end of the day or of the week/],
    ["fails without facts", undefined, "fail", /nothing is known/],
    [
      "fails without a zone, with the key to set",
      { problem: "greenlight:calendar.zone is not set" },
      "fail",
      /calendar\.zone/,
    ],
    ["fails when the clock was set back", facts({}, { at: "2026-11-24T18:00:00.000Z" }), "fail", /set back/],
    ["fails for malformed facts", { ...facts({}), calendar: {} }, "fail", /not what they should be/],
  ])("%s", (_, it, verdict, reason) => {
    const found = judged("anti-patterns/end-of-day", it);
    expect(found.reason).toMatch(reason);
    expect(found.verdict).toBe(verdict);
  });
});
