import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drillSummary, readRollbackScriptDrill } from "../../../release/evidence/drill/rollbackScript.ts";

const digest = "a".repeat(64);
const step = (name: string) => ({ name, ok: true, ms: 20, saw: "1 table, 3 rows" });
/** As `greenlight drill database` writes it. */
const written = {
  kind: "rollback-script-drill",
  version: "v1.2.3",
  commit: "b".repeat(40),
  at: "2026-03-04T12:00:00Z",
  from: "v1.2.2",
  serverVersion: "16.4",
  undone: ["002_age"],
  digests: { migrations: digest, script: digest },
  steps: ["begin", "up", "down", "up again"].map(step),
  passed: true,
  differences: [],
};
const read = (value: unknown) => readRollbackScriptDrill(Buffer.from(JSON.stringify(value)));

describe("a drill of a rollback script", () => {
  it("is read as it was written", () => {
    expect(read(written)).toMatchObject({ version: "v1.2.3", undone: 1, passed: true, differences: { count: 0 } });
  });

  it.each([
    ["a step that failed", { steps: [...written.steps.slice(0, 3), { ...step("up again"), ok: false }] }],
    ["a difference", { differences: ["table users has 2 rows, not 3"] }],
  ])("that says it passed over %s did not", (_, over) => {
    expect(read({ ...written, ...over }).passed).toBe(false);
  });

  it.each([
    ["of another kind", { ...written, kind: "restore-drill" }],
    ["with a key of its own", { ...written, forced: true }],
    ["with a step that nobody plays", { ...written, steps: [step("sideways")] }],
    ["that undid names without end", { ...written, undone: Array(10_001).fill("x") }],
    ["that took less than no time", { ...written, steps: [{ ...step("up"), ms: -1 }] }],
  ])("%s is none", (_, value) => {
    expect(() => read(value)).toThrow(/not as `greenlight drill database` writes it/);
  });

  it("whatever the bytes, is facts of its shape or one sentence", () => {
    const text = JSON.stringify(written);
    const changed = fc
      .array(fc.tuple(fc.nat(text.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = Buffer.from(text);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    const replaced = fc
      .tuple(fc.constantFrom(...Object.keys(written)), fc.jsonValue({ maxDepth: 3 }))
      .map(([key, value]) => Buffer.from(JSON.stringify({ ...written, [key]: value })));
    const cut = fc.nat(text.length - 1).map((end) => Buffer.from(text.slice(0, end)));
    const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(changed, replaced, cut, anything), (bytes) => {
        try {
          expect(drillSummary.safeParse(readRollbackScriptDrill(bytes)).success).toBe(true);
        } catch (error) {
          if (!(error instanceof Error) || error.name === "AssertionError") throw error;
          expect(error.message).toMatch(/^[^\n]{3,1000}$/);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
