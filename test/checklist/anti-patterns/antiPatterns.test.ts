import { describe, expect, it } from "vitest";
import { type Finding, fail, type ItemId, notApplicable, pass } from "../../../release/checklist/item.ts";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import { judged } from "../day/judged.ts";

const minute = 60_000;
const watched = {
  watchForMs: 60 * minute,
  everyMs: 10_000,
  leastMs: 5 * minute,
  errorRate: 0.01,
  errorForMs: 5 * minute,
  p95Ms: 5_000,
  armed: "armed",
  unwatched: [],
};
type Row = [string, unknown, "pass" | "fail", RegExp];
const table = (id: string, rows: Row[]) =>
  describe(id, () => {
    it.each<Row>(rows)("%s", (_, facts, verdict, reason) => {
      const found = judged(id, facts);
      expect(found.reason).toMatch(reason);
      expect(found.verdict).toBe(verdict);
    });
  });

table("anti-patterns/unwatched", [
  [
    "passes for a watch with armed thresholds",
    watched,
    "pass",
    /watched for 60 min; no-go at more than 1 % errors for 5 min or p95 over 5 s/,
  ],
  ["passes before the first deployment, which arms them", { ...watched, armed: "not yet" }, "pass", /watched/],
  [
    "passes for a shorter least time that the stack's settings state, and says so",
    { ...watched, watchForMs: 20_000, everyMs: 1_000, errorForMs: 5_000, leastMs: 5_000 },
    "pass",
    /watched for 20 s \(at least 5 s by this stack's setting, 5 min by default\); no-go/,
  ],
  [
    "says nothing of a longer least time that is kept",
    { ...watched, leastMs: 30 * minute },
    "pass",
    /for 60 min; no-go/,
  ],
  [
    "fails for a longer least time that is not kept",
    { ...watched, watchForMs: 20 * minute, leastMs: 30 * minute },
    "fail",
    /watched for 20 min, wanted is at least 30 min$/,
  ],
  [
    "fails for less than a shorter least time, and says whose it is",
    { ...watched, watchForMs: 4_000, everyMs: 1_000, errorForMs: 2_000, leastMs: 5_000 },
    "fail",
    /wanted is at least 5 s by this stack's setting, 5 min by default/,
  ],
  [
    "fails for too short a watch",
    { ...watched, watchForMs: 4 * minute, errorForMs: minute },
    "fail",
    /watched for 4 min, wanted is at least 5 min$/,
  ],
  ["fails for too few looks", { ...watched, everyMs: 30 * minute }, "fail", /fewer than three/],
  ["fails for a threshold that nothing crosses", { ...watched, errorRate: 1 }, "fail", /never exceeded/],
  [
    "fails for errors that must last longer than the watch",
    { ...watched, watchForMs: 6 * minute, errorForMs: 10 * minute },
    "fail",
    /is not seen in 6 min/,
  ],
  ["fails when no threshold is armed", { ...watched, armed: "missing" }, "fail", /no threshold is armed/],
  ["fails when they cannot be read", { ...watched, armed: "unreadable" }, "fail", /cannot be read/],
  ["fails when they leave out a service", { ...watched, unwatched: ["web"] }, "fail", /do not watch web/],
  ["fails without facts", undefined, "fail", /nothing is known/],
  ["fails for malformed facts", { ...watched, watchForMs: "1h" }, "fail", /not what they should be/],
]);

const size = { features: 3, services: 2, migrations: 1, commits: 40, since: "v1.2.2" };
table("anti-patterns/big-bang", [
  ["passes for a small release", size, "pass", /features: 3, migrations: 1, services: 2, commits: 40 since v1\.2\.2/],
  [
    "passes at its limits",
    { ...size, features: 10, services: 10, migrations: 5, commits: 200 },
    "pass",
    /commits: 200/,
  ],
  [
    "passes for a first release, however many commits",
    { features: 3, services: 2, migrations: 0, commits: 0 },
    "pass",
    /first release/,
  ],
  ["fails for too many features", { ...size, features: 11 }, "fail", /11 features, more than 10/],
  ["fails for too many migrations", { ...size, migrations: 6 }, "fail", /6 migrations, more than 5/],
  ["fails for too many services", { ...size, services: 11 }, "fail", /11 services/],
  ["fails for too many commits", { ...size, commits: 201 }, "fail", /201 commits, more than 200/],
  [
    "fails for a first release with too many features",
    { features: 20, services: 2, migrations: 0, commits: 0 },
    "fail",
    /20 features/,
  ],
  ["fails without facts", undefined, "fail", /nothing is known/],
  ["fails in a shallow clone, where nobody can count", { problem: "this clone is shallow" }, "fail", /shallow/],
  ["fails for malformed facts", { ...size, commits: -1 }, "fail", /not what they should be/],
]);

describe("what follows from other items", () => {
  const derived: [ItemId, ItemId[]][] = [
    ["anti-patterns/untested-in-staging", ["infrastructure/staging", "infrastructure/staging-smoke"]],
    ["anti-patterns/no-rollback-plan", ["infrastructure/rollback", "database/rollback-script"]],
    ["anti-patterns/no-backup", ["database/backup"]],
    [
      "anti-patterns/known-issues",
      ["code/bugs", "tests/unit", "tests/integration", "tests/e2e", "tests/performance", "tests/security"],
    ],
  ];
  const judge = (id: ItemId, found: (id: ItemId) => Finding | undefined, facts: unknown = {}) => {
    const it = checklistItems.find((one) => one.id === id);
    if (it === undefined) throw new Error(`no item ${id}`);
    return it.judge(facts, {
      version: "v1",
      commit: undefined,
      committedAt: undefined,
      now: new Date(0),
      finding: found,
    });
  };

  it.each(derived)("%s passes when all of them pass", (id, from) => {
    expect(judge(id, () => pass("it was seen"))).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining(from[0] ?? ""),
    });
  });

  it.each(derived.flatMap(([id, from]) => from.map((one): [ItemId, ItemId] => [id, one])))(
    "%s fails with the reason of %s",
    (id, one) => {
      const found = judge(id, (asked) => (asked === one ? fail("3 of 412 failed") : pass("it was seen")));
      expect(found).toMatchObject({ verdict: "fail", reason: `${one}: 3 of 412 failed` });
    },
  );

  it.each(derived)("%s fails when one of them was never judged", (id, from) => {
    const found = judge(id, (asked) => (asked === from[0] ? undefined : pass("it was seen")));
    expect(found).toMatchObject({ verdict: "fail", reason: `${from[0]} was not judged` });
  });

  it.each(derived)("%s is not applicable when none of them is", (id) => {
    expect(judge(id, () => notApplicable("no migration")).verdict).toBe("not applicable");
  });

  it.each(derived)("%s fails with the whole checklist when nothing is known of the release", (id, from) => {
    expect(judged(id, {})).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining(`${from[0]}: nothing is known of it`),
    });
    expect(judged(id, undefined)).toMatchObject({ verdict: "fail", reason: "nothing is known of it" });
    expect(judged(id, { verdict: "pass" }).verdict).toBe("fail");
  });

  it.each(derived)("%s comes after all that it rests on", (id, from) => {
    const at = (wanted: ItemId) => checklistItems.findIndex((it) => it.id === wanted);
    for (const one of from) expect(at(one)).toBeLessThan(at(id));
  });

  it("skipping the backup cannot be set aside", () => {
    expect(checklistItems.find((it) => it.id === "anti-patterns/no-backup")?.unoverridable).toBe(true);
  });
});
