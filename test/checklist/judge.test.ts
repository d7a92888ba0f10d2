import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ChecklistFacts, checklistFacts } from "../../release/checklist/facts.ts";
import { type ChecklistItem, fail, item, pass } from "../../release/checklist/item.ts";
import { derivedItem } from "../../release/checklist/items/anti-patterns/derived.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist, refusalText, stands } from "../../release/checklist/judge.ts";
import { checklistRefusals, type UpdateUnderCheck } from "../../release/checklist/refusals.ts";
import { checklistSummary } from "../../release/checklist/summary.ts";

const now = new Date("2026-03-04T12:00:00Z");
const common = { severity: "high", unoverridable: false, rule: "as it says", mend: "run it again" } as const;
const failed = item({
  ...common,
  id: "tests/e2e",
  group: "tests",
  title: "E2E tests: 100% pass",
  when: "review",
  facts: z.strictObject({ failed: z.number() }),
  judge: (it) => (it.failed === 0 ? pass("all passed") : fail(`${it.failed} of 412 failed`)),
});
const onTheDay = item({
  ...common,
  id: "day/window",
  group: "day",
  title: "Confirm deployment window still valid",
  when: "day",
  facts: z.strictObject({ open: z.boolean() }),
  judge: ({ open }) => (open ? pass("open until 16:00") : fail("it opens tomorrow")),
});
const tagged = item({
  ...onTheDay,
  id: "day/tag",
  title: "Tag release",
  when: "tag",
  facts: z.unknown(),
  judge: () => fail("no tag"),
});
const backup = item({
  ...failed,
  id: "database/backup",
  group: "database",
  unoverridable: true,
  facts: z.unknown(),
  judge: () => fail("no snapshot"),
});
const derived = item({
  ...common,
  id: "anti-patterns/known-issues",
  group: "anti-patterns",
  title: "Deploying with known issues",
  when: "review",
  facts: z.strictObject({}),
  judge: (_, it) => it.finding("tests/e2e") ?? fail("the tests were not judged"),
});

const facts = (over: Partial<ChecklistFacts> = {}): ChecklistFacts => ({
  version: "v1.2.3",
  commit: "1".repeat(40),
  committedAt: "2026-03-01T12:00:00Z",
  phase: "day",
  gatheredAt: now.toISOString(),
  items: { "tests/e2e": { failed: 0 }, "day/window": { open: true } },
  overrides: [],
  ...over,
});
const override = {
  item: "tests/e2e",
  by: "on-call engineer",
  approvedBy: "head of engineering",
  approvedAt: "2026-03-04T11:00:00Z",
  reason: "checked by hand in staging",
  until: "2026-03-04T18:00:00Z",
};
const verdictOf = (items: readonly ChecklistItem[], over: Partial<ChecklistFacts> = {}, before?: "T-30") =>
  judgeChecklist(items, facts(over), now, before);
const only = (it: ChecklistItem, over: Partial<ChecklistFacts> = {}) => verdictOf([it], over).items[0];

describe("a checklist", () => {
  it("is passed when every item stands", () => {
    expect(verdictOf([failed, onTheDay]).ok).toBe(true);
  });

  it("without a single item is not passed", () => {
    expect(verdictOf([]).ok).toBe(false);
  });

  it("is not passed when one item fails", () => {
    const verdict = verdictOf([failed, onTheDay], {
      items: { "tests/e2e": { failed: 3 }, "day/window": { open: true } },
    });
    expect(verdict.ok).toBe(false);
    expect(checklistSummary(verdict)).toBe("1 of 2 pass, 1 fails: tests/e2e (3 of 412 failed)");
  });

  it.each<[string, ChecklistFacts["items"], RegExp]>([
    ["no facts", {}, /nothing is known of it/],
    ["facts of another shape", { "tests/e2e": { failed: "none" } }, /its facts are not what they should be: failed/],
    ["facts with more than they should have", { "tests/e2e": { failed: 0, passed: true } }, /not what they should be/],
    ["facts that could not be gathered", { "tests/e2e": { problem: "git does not answer" } }, /^git does not answer$/],
  ])("fails an item with %s", (_, items, reason) => {
    expect(only(failed, { items })).toMatchObject({ verdict: "fail", reason: expect.stringMatching(reason) });
  });

  it("does not take facts from Object's prototype", () => {
    const odd = item({ ...failed, id: "tests/__proto__" as "tests/x" });
    expect(only(odd, { items: {} })).toMatchObject({ verdict: "fail", reason: "nothing is known of it" });
  });

  it("lets an item judge by what was found of an earlier one", () => {
    const items = { "tests/e2e": { failed: 3 }, "anti-patterns/known-issues": {} };
    expect(verdictOf([failed, derived], { items }).items[1]).toMatchObject({ reason: "3 of 412 failed" });
    expect(verdictOf([derived, failed], { items }).items[0]).toMatchObject({ reason: "the tests were not judged" });
  });

  it("leaves out of a review what belongs to the day, and judges it on the day", () => {
    const items = { "tests/e2e": { failed: 0 }, "day/window": { open: false } };
    expect(verdictOf([failed, onTheDay], { items, phase: "review" }).items[1]?.verdict).toBe("not applicable");
    expect(verdictOf([failed, onTheDay], { items }).items[1]?.verdict).toBe("fail");
  });

  it("asks for a tag only after T-30", () => {
    const items = { "day/tag": {} };
    expect(verdictOf([tagged], { items }, "T-30").items[0]?.verdict).toBe("not applicable");
    expect(verdictOf([tagged], { items }).items[0]?.verdict).toBe("fail");
  });

  it("says of an item the same wherever it is told", () => {
    const it = only(failed, { items: { "tests/e2e": { failed: 3 } } });
    expect(it === undefined ? "" : refusalText(it)).toBe("tests/e2e: 3 of 412 failed. To mend it: run it again");
  });
});

describe("an override", () => {
  const broken = { items: { "tests/e2e": { failed: 3 } } };

  it("lets an item stand that still fails, and is said first", () => {
    const verdict = verdictOf([failed], { ...broken, overrides: [override] });
    expect(verdict.ok).toBe(true);
    expect(verdict.items[0]).toMatchObject({ verdict: "fail", override });
    expect(checklistSummary(verdict)).toMatch(
      /^OVERRIDE tests\/e2e by on-call engineer, approved by head of engineering/,
    );
  });

  it("that does not hold says why, beside the reason", () => {
    const it = only(failed, { ...broken, overrides: [{ ...override, approvedBy: override.by }] });
    expect(it).toMatchObject({
      reason: expect.stringMatching(/^3 of 412 failed; its override does not hold: .* own override$/),
    });
    expect(it && stands(it)).toBe(false);
  });

  it("of another item changes nothing", () => {
    expect(verdictOf([failed], { ...broken, overrides: [{ ...override, item: "tests/unit" }] }).ok).toBe(false);
  });

  it("never sets aside the backup", () => {
    const verdict = verdictOf([backup], {
      items: { "database/backup": {} },
      overrides: [{ ...override, item: "database/backup" }],
    });
    expect(verdict.ok).toBe(false);
  });
});

describe("an item that rests on others", () => {
  const second = item({ ...failed, id: "tests/unit", title: "Unit tests: 100% pass" } as ChecklistItem);
  const rests = derivedItem({
    id: "anti-patterns/known-issues",
    title: "Deploying with known issues",
    severity: "critical",
    unoverridable: false,
    from: ["tests/unit", "tests/e2e"],
    rule: "Every test passes.",
  });
  const all = [second, failed, rests];
  const items = (unit: number, e2e: number, own: unknown = {}) =>
    ({
      "tests/unit": { failed: unit },
      "tests/e2e": { failed: e2e },
      "anti-patterns/known-issues": own,
    }) as ChecklistFacts["items"];
  const last = (over: Partial<ChecklistFacts>, of: readonly ChecklistItem[] = all) => verdictOf(of, over).items.at(-1);
  const ofUnit = { ...override, item: "tests/unit", by: "lead", until: "2026-03-04T15:00:00Z" };

  it("stands by the override of what it fails for, still fails, and says by whom and until when", () => {
    const over = { items: items(0, 3), overrides: [override] };
    expect(verdictOf(all, over).ok).toBe(true);
    expect(last(over)).toMatchObject({
      id: "anti-patterns/known-issues",
      verdict: "fail",
      reason:
        "tests/e2e: 3 of 412 failed; stands only by override: that of tests/e2e by on-call engineer, until 2026-03-04T18:00:00Z",
      because: ["tests/e2e"],
      override,
    });
    expect(checklistSummary(verdictOf(all, over))).toContain(
      "OVERRIDE anti-patterns/known-issues with tests/e2e by on-call engineer, approved by head of engineering, until 2026-03-04T18:00:00Z",
    );
  });

  it("names every override that it stands by, and carries the one that ends first", () => {
    expect(last({ items: items(1, 3), overrides: [override, ofUnit] })).toMatchObject({
      reason: expect.stringContaining(
        "that of tests/unit by lead, until 2026-03-04T15:00:00Z, that of tests/e2e by on-call engineer, until 2026-03-04T18:00:00Z",
      ),
      override: ofUnit,
    });
  });

  it.each<[string, Partial<ChecklistFacts>]>([
    ["one of two that fail is not set aside", { items: items(1, 3), overrides: [override] }],
    ["the override is by one person", { items: items(0, 3), overrides: [{ ...override, approvedBy: override.by }] }],
    ["the override has ended", { items: items(0, 3), overrides: [{ ...override, until: "2026-03-04T11:30:00Z" }] }],
    ["the override is of an item that passes", { items: items(0, 3), overrides: [ofUnit] }],
    ["its own facts are forged", { items: items(0, 3, { passed: true }), overrides: [override] }],
    ["its own facts could not be gathered", { items: items(0, 3, { problem: "no answer" }), overrides: [override] }],
  ])("does not stand when %s", (_, over) => {
    expect(verdictOf(all, over).ok).toBe(false);
    expect(last(over)).toMatchObject({ verdict: "fail" });
    expect(last(over)?.override).toBeUndefined();
  });

  it("says why an override of what it fails for does not hold", () => {
    const ended = { ...override, until: "2026-03-04T11:30:00Z" };
    expect(last({ items: items(0, 3), overrides: [ended] })?.reason).toBe(
      "tests/e2e: 3 of 412 failed; its override does not hold: it ended at 2026-03-04T11:30:00Z",
    );
  });

  it("does not stand when one of them was never judged", () => {
    const over = { items: items(1, 3), overrides: [override] };
    expect(last(over, [failed, rests])).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("not judged"),
    });
    expect(last(over, [failed, rests])?.override).toBeUndefined();
  });

  it("passes plainly when what has an override passes without it", () => {
    const it = last({ items: items(0, 0), overrides: [override] });
    expect(it).toMatchObject({ verdict: "pass", reason: "tests/unit, tests/e2e pass" });
    expect(it?.override).toBeUndefined();
  });

  it("does not stand by others' overrides when nothing may set it aside", () => {
    const never = derivedItem({
      id: "anti-patterns/no-backup",
      title: "Skipping database backup",
      severity: "critical",
      unoverridable: true,
      from: ["tests/e2e"],
      rule: "There is a snapshot.",
    });
    const own = { "tests/e2e": { failed: 3 }, "anti-patterns/no-backup": {} };
    expect(verdictOf([failed, never], { items: own, overrides: [override] }).ok).toBe(false);
  });

  it("of the whole checklist, skipping the backup stands by no override at all", () => {
    const overrides = ["database/backup", "anti-patterns/no-backup"].map((id) => ({ ...override, item: id }));
    const own = { "database/backup": { problem: "there is no snapshot" }, "anti-patterns/no-backup": {} };
    const found = verdictOf(checklistItems, { items: own, overrides }).items;
    for (const id of Object.keys(own)) {
      const it = found.find((one) => one.id === id);
      expect(it).toMatchObject({ verdict: "fail", reason: expect.stringContaining("this item cannot be set aside") });
      expect(it && stands(it)).toBe(false);
    }
  });

  it("is let through by the provider as by the command", () => {
    const green = facts({ items: items(0, 3), overrides: [override] });
    const update = {
      kind: "release",
      live: "blue",
      environments: { blue: { version: "v1.2.2" }, green: { version: "v1.2.3" } },
      checklist: { level: "mandatory", green },
    } as const;
    expect(checklistRefusals(all, update, now)).toEqual([]);
    expect(
      checklistRefusals(
        all,
        { ...update, checklist: { level: "mandatory", green: facts({ items: items(0, 3) }) } },
        now,
      ),
    ).toHaveLength(2);
  });
});

describe("an update under the checklist", () => {
  const at = (version: string) => ({ version });
  const release: UpdateUnderCheck = {
    kind: "release",
    live: "blue",
    environments: { blue: at("v1.2.2"), green: at("v1.2.3") },
    checklist: { level: "mandatory", green: facts() },
  };
  const broken = facts({ items: { "tests/e2e": { failed: 3 } } });
  const refusals = (over: Partial<UpdateUnderCheck>) =>
    checklistRefusals([failed], { ...release, ...over }, now).map((it) => it.happened);

  it("that passes is not refused", () => {
    expect(refusals({})).toEqual([]);
  });

  it("is refused with the text of each item that fails", () => {
    expect(refusals({ checklist: { level: "mandatory", green: broken } })).toEqual([
      "tests/e2e: 3 of 412 failed. To mend it: run it again",
    ]);
  });

  it.each(["none", "rollback"] as const)("of kind %s asks for no evidence", (kind) => {
    expect(refusals({ kind, checklist: undefined })).toEqual([]);
  });

  it("that carries no checklist at all is refused", () => {
    expect(refusals({ checklist: undefined })).toEqual(["The Release carries no checklist."]);
  });

  it("that carries no facts of what it deploys is refused", () => {
    expect(refusals({ checklist: { level: "mandatory" } })).toEqual(["Nothing is known of the checklist of v1.2.3."]);
  });

  it("that carries the facts of another version is refused", () => {
    expect(refusals({ environments: { blue: at("v1.2.2"), green: at("v1.2.4") } })).toEqual([
      "The checklist is of v1.2.3, but green gets v1.2.4.",
    ]);
  });

  it("that switches is judged by the side that traffic goes to", () => {
    expect(refusals({ kind: "switch", live: "green", checklist: { level: "mandatory", green: broken } })).toHaveLength(
      1,
    );
    expect(refusals({ kind: "switch", live: "blue", checklist: { level: "mandatory", green: facts() } })).toEqual([
      "Nothing is known of the checklist of v1.2.2.",
    ]);
  });

  it.each(["advisory", "none"] as const)("at level %s is not refused", (level) => {
    expect(refusals({ checklist: { level, green: broken } })).toEqual([]);
  });

  it("carries facts whose shape is checked", () => {
    expect(checklistFacts.safeParse(facts()).success).toBe(true);
    expect(checklistFacts.safeParse({ ...facts(), ok: true }).success).toBe(false);
    expect(checklistFacts.safeParse({ ...facts(), commit: "main" }).success).toBe(false);
  });
});
