import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byFiles, clockSkew, type EvidenceFact, refusalOf } from "../../release/checklist/evidence.ts";
import type { Judging } from "../../release/checklist/item.ts";

const commit = "1".repeat(40);
const now = new Date("2026-03-04T12:00:00Z");
const committedAt = new Date("2026-03-01T12:00:00Z");
const week = 7 * 24 * 3_600_000;
const judging: Judging = { version: "v1.2.3", commit, committedAt, now, finding: () => undefined };
const good: EvidenceFact = {
  source: "reports/unit.xml",
  sha256: "a".repeat(64),
  bytes: 12,
  at: "2026-03-03T12:00:00Z",
  commit,
};
const says = (over: Partial<EvidenceFact> | Record<string, undefined>, of: Partial<Judging> = {}) =>
  refusalOf({ ...good, ...over } as EvidenceFact, { ...judging, ...of }, week);

describe("a piece of evidence", () => {
  it("of the very commit, made after it and not too old, is taken", () => {
    expect(says({})).toBeUndefined();
  });

  it.each<[string, Partial<EvidenceFact> | Record<string, undefined>, RegExp]>([
    ["that could not be read", { problem: "it is empty" }, /^reports\/unit\.xml: it is empty$/],
    ["that nobody read", { sha256: undefined }, /it was not read/],
    ["that names no commit", { commit: undefined }, /does not say of which commit/],
    ["of another commit", { commit: "2".repeat(40) }, /is of commit 222222222222, not of 111111111111/],
    ["that names no time", { at: undefined }, /does not say when/],
    ["from the future", { at: "2026-03-04T12:03:00Z" }, /from the future/],
    ["from before its commit", { at: "2026-02-28T12:00:00Z" }, /before the commit/],
    ["that is too old", { at: "2026-03-01T12:00:00Z" }, /./],
  ])("%s is refused with that reason", (_, over, reason) => {
    const later = { now: new Date("2026-03-08T12:00:01Z") };
    const of = "at" in over && over.at === "2026-03-01T12:00:00Z" ? later : {};
    expect(says(over, of)).toMatch(reason);
  });

  it("of a release that names no commit speaks of nothing", () => {
    expect(says({}, { commit: undefined })).toMatch(/names no commit/);
  });

  it("may be a little ahead: two machines' clocks differ", () => {
    expect(says({ at: new Date(now.getTime() + clockSkew).toISOString() })).toBeUndefined();
  });

  it("is taken only between its commit and now, whatever the times are", () => {
    fc.assert(
      fc.property(fc.integer({ min: -20 * week, max: 20 * week }), (offset) => {
        const at = now.getTime() + offset;
        const taken = says({ at: new Date(at).toISOString() }) === undefined;
        const inside =
          at <= now.getTime() + clockSkew && at + clockSkew >= committedAt.getTime() && now.getTime() - at <= week;
        expect(taken).toBe(inside);
      }),
    );
  });
});

describe("an item that rests on files", () => {
  const pass = () => ({ verdict: "pass" as const, reason: "412 passed" });

  it("fails without any", () => {
    expect(byFiles([], judging, week, pass)).toMatchObject({ verdict: "fail", reason: "there is no evidence" });
  });

  it("is judged by what all of them say, with their digests as evidence", () => {
    const found = byFiles(
      [
        { ...good, summary: 1 },
        { ...good, source: "b.xml", summary: 2 },
      ],
      judging,
      week,
      (all) => ({
        verdict: all.length === 2 ? "pass" : "fail",
        reason: "both",
      }),
    );
    expect(found.verdict).toBe("pass");
    expect(found.evidence).toEqual([
      { source: "reports/unit.xml", sha256: good.sha256, at: good.at },
      { source: "b.xml", sha256: good.sha256, at: good.at },
    ]);
  });

  it("fails when one of them is not taken, however good the others are", () => {
    const found = byFiles(
      [
        { ...good, summary: 1 },
        { ...good, commit: "3".repeat(40), summary: 1 },
      ],
      judging,
      week,
      pass,
    );
    expect(found).toMatchObject({ verdict: "fail" });
  });

  it("fails when what a file says was not read", () => {
    expect(byFiles([good], judging, week, pass)).toMatchObject({ verdict: "fail" });
  });
});
