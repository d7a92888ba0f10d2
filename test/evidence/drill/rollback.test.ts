import { describe, expect, it } from "vitest";
import { readRollbackProof, rollbackSummary } from "../../../release/evidence/drill/rollback.ts";
import { holdsToItsShape, sample } from "../readers.ts";

const ended = (over: object = {}) => ({
  ok: true,
  reason: "drill",
  from: { environment: "green", version: "v1.2.3" },
  to: { environment: "blue", version: "v1.2.2" },
  move: { from: "green", to: "blue", writtenAt: 1_772_532_000_000, readBackAt: 1_772_532_000_004 },
  database: "kept",
  stateInLine: true,
  verified: { health: "2 of 2 instances", smoke: "passed in 0.4 s", passed: true },
  serving: { environment: "blue", version: "v1.2.2", readAt: "2026-03-03T10:00:05.000Z" },
  ...over,
});
const read = (value: unknown) => readRollbackProof(Buffer.from(JSON.stringify(value)));

describe("what `greenlight rollback --json` ended with", () => {
  it("says from where to where it went, when, and how fast", () => {
    expect(read(ended())).toEqual({ from: "v1.2.3", to: "v1.2.2", at: "2026-03-03T10:00:05.000Z", backMs: 4 });
  });

  it.each<[string, object, RegExp]>([
    ["its smoke test failed", { verified: { smoke: "exit code 1", passed: false } }, /not verified: exit code 1/],
    ["another version served", { serving: { ...ended().serving, version: "v1.2.3" } }, /v1\.2\.3 served/],
    ["nothing served", { serving: { readAt: "2026-03-03T10:00:05Z" } }, /nothing served/],
    ["the other environment served", { serving: { ...ended().serving, environment: "green" } }, /served when it ended/],
    ["the state is behind", { stateInLine: false }, /not brought in line/],
    ["it says itself that it is not well", { ok: false }, /did not end well/],
    ["it went nowhere", { from: { version: "v1.2.2" } }, /went nowhere/],
  ])("is no proof when %s", (_, over, fault) => {
    expect(read(ended(over))).toMatchObject({ fault: expect.stringMatching(fault) });
  });

  it.each<[string, object]>([
    ["a version that is none", { from: { version: 3 } }],
    ["no time", { serving: { version: "v1.2.2" } }],
    ["a time that is none", { serving: { ...ended().serving, readAt: "yesterday" } }],
  ])("is refused with %s", (_, over) => {
    expect(() => read(ended(over))).toThrow(/greenlight rollback/);
  });

  it("is told from a rehearsal's summary", () => {
    expect(readRollbackProof(sample("rehearsal/interrupted.json"))).toMatchObject({ scenarios: 7 });
  });

  holdsToItsShape(readRollbackProof, rollbackSummary, ["greenlight/rollback.json"]);
});
