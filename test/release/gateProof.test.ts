import { describe, expect, it } from "vitest";
import { type GateProof, proofsFor } from "../../release/gateProof.ts";

const at = "2026-03-02T14:00:00Z";
const proof = (changes: object = {}): GateProof => ({
  gate: "health",
  service: "api",
  environment: "green",
  version: "v2",
  passed: true,
  at,
  ...changes,
});
const required = [{ gate: "health", service: "api" } as const];

describe("proofs of gates", () => {
  it("of this version in this environment count", () => {
    expect(proofsFor("green", "v2", [proof()], required, Date.parse(at))).toEqual([]);
  });

  it("of an earlier version do not stand in the way of the right one", () => {
    expect(proofsFor("green", "v2", [proof({ version: "v1" }), proof()], required)).toEqual([]);
  });

  it.each([
    ["no proof", [], /none was given/],
    ["another version", [proof({ version: "v1" })], /the proof is for v1/],
    ["another environment", [proof({ environment: "blue" })], /the proof is for blue/],
    ["another service", [proof({ service: "web" })], /none was given/],
    ["another gate", [proof({ gate: "smoke" })], /none was given/],
    ["a gate that did not pass", [proof({ passed: false })], /did not pass/],
    ["a proof without a readable date", [proof({ at: "yesterday" })], /no readable date/],
    ["a proof from the future", [proof({ at: "2026-03-02T15:00:00Z" })], /future/],
  ])("%s does not count", (_, proofs, reason) => {
    const missing = proofsFor("green", "v2", proofs, required, Date.parse(at));
    expect(missing).toHaveLength(1);
    expect(missing[0]?.reason).toMatch(reason);
  });
});
