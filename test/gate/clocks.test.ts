import { afterEach, describe, expect, it, vi } from "vitest";
import { readyCopies, refused, refusedOutright } from "./attempt.ts";
import { type ReadyRelease, refusals } from "./readyRelease.ts";

const hour = 3_600_000;
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** What the clocks of a zone show so many hours from now, in a week of its own. */
const shown = (hours: number): string => new Date(Date.now() + hours * hour).toISOString().slice(11, 16);
const days = "days: [mon, tue, wed, thu, fri, sat, sun]";
const allDay = `[{ ${days}, from: "00:00", until: "24:00", late: true }]`;
/** A window that opens in three hours, by the team's zone, and closes in seven. */
const later = (zone: string) => (it: ReadyRelease) =>
  it.edit("Pulumi.prod.yaml", (text) =>
    text
      .replace("zone: UTC", `zone: ${zone}`)
      .replace(allDay, `[{ ${days}, from: "${shown(3)}", until: "${shown(7)}", late: true }]`),
  );

refused("a time at which no release may be", [
  ["before the window opens", "day/window", later("UTC"), /opens|is closed|next/],
  [
    "a window that is open where the command runs, but not where the team is",
    "day/window",
    (it) => {
      vi.stubEnv("TZ", "Asia/Karachi");
      later("UTC")(it);
    },
    /opens|is closed|next/,
  ],
  [
    "a window that closes before the plan ends",
    "day/window",
    (it) =>
      it.edit("Pulumi.prod.yaml", (text) =>
        text.replace(allDay, `[{ ${days}, from: "${shown(-1)}", until: "${shown(1)}", late: true }]`),
      ),
    /2 h|closes|long/,
  ],
  [
    "a team that the calendar does not have",
    "day/window",
    (it) => it.manifest((text) => `${text}team: sydney\n`),
    /sydney/,
  ],
  [
    "a calendar of holidays that is cut short",
    "day/window",
    (it) => {
      it.write("holidays.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
      it.edit("Pulumi.prod.yaml", (text) => text.replace("zone: UTC", "zone: UTC\n        holidays: [holidays.ics]"));
    },
    /holidays\.ics cannot be taken/,
  ],
]);

const zoned = (zone: string) => (it: ReadyRelease) =>
  it.edit("Pulumi.prod.yaml", (text) => text.replace("zone: UTC", `zone: "${zone}"`));
refusedOutright("a zone that means another hour than it seems to", [
  ["one whose sign is the other way round", zoned("Etc/GMT+5"), /an IANA zone/],
  ["a bare offset", zoned("+05:00"), /an IANA zone/],
  ["an abbreviation", zoned("EST"), /an IANA zone/],
  ["a place that is none", zoned("Europe/Belrin"), /an IANA zone/],
]);

describe("a clock that was set back", () => {
  const copy = readyCopies();
  it("is noticed by every item of the day, makes evidence one from the future, and brings no override back", async () => {
    const release = copy();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 24 * hour });
    const said = refusals(await release.verdict());
    for (const id of ["day/window", "day/health", "day/briefing", "anti-patterns/end-of-day"] as const) {
      expect(said.get(id)).toMatch(/set back|one of the two is wrong/);
    }
    for (const id of ["tests/unit", "code/review"] as const) expect(said.get(id)).toMatch(/from the future/);
  });

  it("after the facts were gathered is noticed by whoever judges them", async () => {
    const facts = await copy().facts();
    const { judgeChecklist } = await import("../../release/checklist/judge.ts");
    const { checklistItems } = await import("../../release/checklist/items/index.ts");
    const verdict = judgeChecklist(checklistItems, facts, new Date(Date.now() - hour));
    expect(refusals(verdict).get("day/window")).toMatch(/the facts were gathered at .* it was set back/);
  });
});
