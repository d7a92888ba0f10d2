import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../../release/journal.ts";
import { walkEnd } from "../../../release/strategy/walkEnd.ts";

const stamp = { id: "1", at: "2026-01-05T10:00:00.000Z", version: "v2", by: "an engineer", pid: 1 };
const started: JournalRecord = { ...stamp, type: "phase-started", phase: "switch" };
const passed: JournalRecord = { ...stamp, type: "stage", percent: 50, is: "passed" };
const over = (to: "all" | "back"): JournalRecord => ({ ...stamp, type: "walk-over", to });
const switched: JournalRecord = { ...stamp, type: "switch", to: "green", toVersion: "v2" };
const watching: JournalRecord = { ...stamp, type: "phase-started", phase: "watch" };

describe("a release that is walked through stages", () => {
  it.each([
    ["before the walk", []],
    ["between its stages", [started, passed]],
    ["when it goes on after it was cut off at its last step", [started, passed, over("all"), started]],
  ])("takes orders %s", (_, records) => {
    expect(walkEnd(records)).toBeUndefined();
  });

  it.each([
    ["gets all", "while the last update moves everything", [started, passed, over("all")]],
    ["goes back", "while it goes back", [started, over("back")]],
    ["has all", "after the switch", [started, passed, over("all"), switched]],
    ["has all", "while it is watched after the switch", [started, passed, over("all"), switched, watching]],
  ])("takes none, for it %s %s", (end, _, records) => {
    expect(walkEnd(records)).toBe(end);
  });
});
