import { describe, expect, it } from "vitest";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../../release/checklist/judge.ts";
import { commit, judged, now, other } from "./judged.ts";

type Rows = [string, unknown, "pass" | "fail" | "not applicable", RegExp][];
const table = (id: string, rows: Rows) =>
  describe(id, () => {
    it.each<Rows[number]>(rows)("%s", (_, facts, verdict, reason) => {
      const found = judged(id, facts);
      expect(found.reason).toMatch(reason);
      expect(found.verdict).toBe(verdict);
      expect(found.reason).not.toMatch(/undefined|\.$/);
    });
  });

const instance = { service: "api", port: 21000, healthy: true, says: "status 200" };
const health = { at: now, serves: "blue", services: ["api"], instances: [instance], firing: [] };
table("day/health", [
  ["passes when every instance answers and no alarm fires", health, "pass", /all 1 instances of blue answer well/],
  [
    "is not applicable before anything serves",
    { ...health, serves: "nothing", instances: [] },
    "not applicable",
    /nothing serves/,
  ],
  [
    "fails for one sick instance, with what it said",
    {
      ...health,
      instances: [instance, { ...instance, port: 21001, healthy: false, says: "status 503, expected 200" }],
    },
    "fail",
    /api on port 21001 is not healthy: status 503/,
  ],
  [
    "fails when an alarm fires",
    { ...health, firing: [{ service: "api", says: "the live api fails 3.0 % of its requests now" }] },
    "fail",
    /fails 3\.0 %/,
  ],
  ["fails without any instance", { ...health, instances: [] }, "fail", /no instance of api serves in blue/],
  ["fails without any service", { ...health, services: [], instances: [] }, "fail", /no instance of any service/],
  ["fails when one service has none", { ...health, services: ["api", "web"] }, "fail", /no instance of web/],
  ["fails while traffic is divided", { ...health, serves: "divided" }, "fail", /divided/],
  [
    "fails when it was asked long ago",
    { ...health, at: "2026-11-24T09:40:00.000Z" },
    "fail",
    /20 min ago; at most 15 min/,
  ],
  ["fails when it was asked in the future", { ...health, at: "2026-11-24T10:20:00.000Z" }, "fail", /set back/],
  ["fails without facts", undefined, "fail", /nothing is known/],
  [
    "fails when the proxy does not answer",
    { problem: "the proxy's admin page does not answer" },
    "fail",
    /does not answer/,
  ],
  ["fails for malformed facts", { ...health, instances: "all well" }, "fail", /not what they should be/],
]);

const told = {
  at: "2026-11-24T09:00:00.000Z",
  by: "ann",
  reached: ["#deploys"],
  reachedCount: 1,
  failed: [],
  failedCount: 0,
};
const briefed = (more: object) => ({ at: now, briefing: { ...told, ...more } });
table("day/briefing", [
  ["passes when somebody was briefed today", briefed({}), "pass", /ann briefed #deploys 60 min ago/],
  ["fails without a briefing", { at: now }, "fail", /no briefing of this version/],
  ["fails when it reached nobody", briefed({ reached: [], reachedCount: 0 }), "fail", /sent to nobody/],
  [
    "fails when it failed for one",
    briefed({ failed: ["#ops (status 404)"], failedCount: 1 }),
    "fail",
    /did not reach 1: #ops \(status 404\)/,
  ],
  ["fails when it is of yesterday", briefed({ at: "2026-11-23T09:50:00.000Z" }), "fail", /old; at most 24 h/],
  ["fails when it is from the future", briefed({ at: "2026-11-24T10:10:00.000Z" }), "fail", /from the future/],
  ["fails without facts", undefined, "fail", /nothing is known/],
  ["fails for malformed facts", { at: now, briefing: "yes" }, "fail", /not what they should be/],
]);
it("day/briefing fails when the commit was made after it", () => {
  const found = judged("day/briefing", briefed({}), { committedAt: "2026-11-24T09:30:00.000Z" });
  expect(found).toMatchObject({ verdict: "fail", reason: expect.stringContaining("before the commit") });
});

const clean = { changed: [], changedCount: 0, later: [], laterCount: 0 };
const merged = { commit, main: "origin/main", inMain: true, inHead: true, ...clean };
table("day/merged", [
  [
    "passes for a commit of the main branch in a clean tree",
    merged,
    "pass",
    /cccccccccccc is part of origin\/main, and the working tree is clean/,
  ],
  ["fails for a commit of another branch", { ...merged, inMain: false }, "fail", /is not part of origin\/main/],
  ["fails when something else is checked out", { ...merged, inHead: false }, "fail", /not part of what is checked out/],
  ["fails without a main branch", { ...merged, main: undefined }, "fail", /no main branch/],
  [
    "fails for changed files, by name",
    { ...merged, changed: ["src/a.ts"], changedCount: 1 },
    "fail",
    /1 file is not as committed: src\/a\.ts/,
  ],
  [
    "names the first of many",
    { ...merged, changed: ["a", "b", "c", "d", "e"], changedCount: 9 },
    "fail",
    /9 files are .*e and 4 more/,
  ],
  [
    "fails for files that are checked out otherwise than the commit has them",
    { ...merged, later: ["src/a.ts", "src/b.ts"], laterCount: 2 },
    "fail",
    /2 files are checked out otherwise than cccccccccccc has them: src\/a\.ts, src\/b\.ts/,
  ],
  ["fails when git was asked about another commit", { ...merged, commit: other }, "fail", /asked about dddd/],
  ["fails without facts", undefined, "fail", /nothing is known/],
  ["fails for malformed facts", { ...merged, inMain: "yes" }, "fail", /not what they should be/],
]);

const object = "e".repeat(40);
const here = { annotated: true, object, commit };
const tagged = { here, origin: { reached: true, object, commit } };
table("day/tag", [
  [
    "passes for an annotated tag on the commit, here and in origin",
    tagged,
    "pass",
    /v1\.2\.3 leads to cccccccccccc, here and in origin/,
  ],
  ["passes without a remote", { here }, "pass", /there is no remote/],
  ["fails without a tag", {}, "fail", /no tag v1\.2\.3/],
  ["fails for a lightweight tag", { here: { annotated: false, object: commit, commit } }, "fail", /lightweight/],
  [
    "fails for a tag on another commit",
    { here: { ...here, commit: other } },
    "fail",
    /leads to dddddddddddd, not to cccccccccccc/,
  ],
  [
    "fails for a tag of something that is no commit",
    { here: { annotated: true, object } },
    "fail",
    /leads to no commit/,
  ],
  ["fails when it is not pushed", { here, origin: { reached: true } }, "fail", /origin does not have/],
  [
    "fails when origin has another one on the commit",
    { here, origin: { reached: true, object: other, commit } },
    "fail",
    /origin has another tag/,
  ],
  [
    "fails when origin has it elsewhere",
    { here, origin: { reached: true, object, commit: other } },
    "fail",
    /leads to dddddddddddd/,
  ],
  ["fails when origin cannot be asked", { here, origin: { reached: false } }, "fail", /could not be asked/],
  ["fails without facts", undefined, "fail", /nothing is known/],
  ["fails for malformed facts", { here: { ...here, object: "HEAD" } }, "fail", /not what they should be/],
]);

it.each(["day/merged", "day/tag"])("%s fails when the manifest names no commit", (id) => {
  const found = judged(id, id === "day/tag" ? tagged : merged, { commit: undefined } as object);
  expect(found).toMatchObject({ verdict: "fail", reason: expect.stringContaining("names no commit") });
});

const digest = "a".repeat(64);
const runbook = {
  version: "v1.2.3",
  file: "releases/v1.2.3.runbook.md",
  expected: digest,
  runbook: { said: digest, found: digest },
};
table("day/runbook", [
  ["passes for what the plan gives now", runbook, "pass", /is what the plan gives now/],
  ["fails without one", { ...runbook, runbook: undefined }, "fail", /there is no releases\/v1\.2\.3\.runbook\.md/],
  ["fails when the plan has changed", { ...runbook, expected: "b".repeat(64) }, "fail", /out of date/],
  [
    "fails when somebody edited it",
    { ...runbook, runbook: { said: digest, found: "b".repeat(64) } },
    "fail",
    /edited above its notes/,
  ],
  ["fails when somebody wrote it by hand", { ...runbook, runbook: { found: digest } }, "fail", /no digest line/],
  ["fails for the runbook of another version", { ...runbook, version: "v1.2.2" }, "fail", /of v1\.2\.2/],
  ["fails without facts", undefined, "fail", /nothing is known/],
  ["fails for malformed facts", { ...runbook, expected: "latest" }, "fail", /not what they should be/],
]);

it("what greenlight release makes at T-30 is not asked for at T-60", () => {
  const facts = { version: "v1.2.3", commit, phase: "day" as const, gatheredAt: now, items: {}, overrides: [] };
  const at = (before?: "T-30") =>
    judgeChecklist(checklistItems, facts, new Date(now), before)
      .items.filter((it) => ["day/merged", "day/tag", "day/runbook"].includes(it.id))
      .map((it) => it.verdict);
  expect(at("T-30")).toEqual(["not applicable", "not applicable", "not applicable"]);
  expect(at()).toEqual(["fail", "fail", "fail"]);
});
