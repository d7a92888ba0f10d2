import { describe, expect, it } from "vitest";
import { scenariosFor } from "../../../rehearsal/scenarios/index.ts";
import { summaryShape } from "../../../rehearsal/summary.ts";
import { readRehearsal, rehearsalSummary, rollbackScenarios } from "../../../release/evidence/drill/rehearsal.ts";
import { holdsToItsShape, sample, sampleJson } from "../readers.ts";

describe("a rehearsal's summary", () => {
  it("of an interrupted one says what failed, and that nothing was rolled back", () => {
    expect(summaryShape.safeParse(sampleJson("rehearsal/interrupted.json")).success).toBe(true);
    expect(readRehearsal(sample("rehearsal/interrupted.json"))).toMatchObject({
      ok: false,
      platform: "local",
      at: "2026-11-23T23:54:39.795Z",
      scenarios: 7,
      rolledBack: [],
      measured: 0,
      failed: expect.arrayContaining([expect.stringMatching(/A release that answers 5 % errors/)]),
    });
  });

  it("tells which bad releases were rolled back, and how fast the slowest", () => {
    const own = sampleJson("rehearsal/interrupted.json");
    for (const it of own.scenarios) it.ok = true;
    own.ok = true;
    own.rollbacks.verdictToLastBadAnswerMs = [120, 480.5];
    expect(readRehearsal(Buffer.from(JSON.stringify(own)))).toMatchObject({
      ok: true,
      failed: [],
      rolledBack: ["errors"],
      measured: 2,
      slowestMs: 480.5,
    });
  });

  it("names scenarios that there are", () => {
    const names = scenariosFor(false).map((it) => it.name);
    expect(rollbackScenarios.filter((it) => !names.includes(it))).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ["of another file", { ok: true }, /platform/],
    ["without rollbacks", { ...sampleJson("rehearsal/interrupted.json"), rollbacks: undefined }, /rollbacks/],
    ["that never began", { ...sampleJson("rehearsal/interrupted.json"), startedAt: "now" }, /startedAt/],
    [
      "that lasted for ever",
      { ...sampleJson("rehearsal/interrupted.json"), durationMs: 1e300 },
      /when the rehearsal ended/,
    ],
    [
      "that ended in no year that a time can name",
      { ...sampleJson("rehearsal/interrupted.json"), durationMs: 251_606_822_823_255 },
      /when the rehearsal ended/,
    ],
  ])("is refused %s", (_, value, reason) => {
    expect(() => readRehearsal(Buffer.from(JSON.stringify(value)))).toThrow(reason);
  });

  holdsToItsShape(readRehearsal, rehearsalSummary, ["rehearsal/interrupted.json"]);
});
