import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checklistEnforced } from "../../policies/checklist/checklist-enforced.ts";
import { itemPolicy, policyName } from "../../policies/checklist/item-policy.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import { type ChecklistItem, fail, item, pass } from "../../release/checklist/item.ts";
import { derivedItem } from "../../release/checklist/items/anti-patterns/derived.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist, refusalText } from "../../release/checklist/judge.ts";
import { checklistRefusals } from "../../release/checklist/refusals.ts";
import { judge, unknown } from "./judging.ts";

const releaseType = "greenlight:index:Release";
const manifestDigest = "0".repeat(64);

/** A rule of one number, and one that rests on it: enough of a checklist to judge how it is judged. */
const number = item<{ n: number }>({
  id: "tests/unit",
  group: "tests",
  title: "Unit tests: 100% pass",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "The number is positive.",
  mend: "raise the number",
  facts: z.strictObject({ n: z.number() }),
  judge: ({ n }) => (n > 0 ? pass(`it is ${n}`) : fail(`it is ${n}`)),
});
const derived = item<{ none: boolean }>({
  ...(number as ChecklistItem<{ none: boolean }>),
  id: "anti-patterns/known-issues",
  group: "anti-patterns",
  unoverridable: true,
  facts: z.strictObject({ none: z.boolean() }),
  judge: (_, it) => (it.finding("tests/unit")?.verdict === "pass" ? pass("it passes") : fail("unit tests fail")),
});
const items = [number, derived];
const policy = itemPolicy(number, items);

function facts(n: number, more: Partial<ChecklistFacts> = {}): ChecklistFacts {
  return {
    version: "v2",
    commit: "1".repeat(40),
    phase: "day",
    gatheredAt: new Date().toISOString(),
    items: { "tests/unit": { n }, "anti-patterns/known-issues": { none: true } },
    overrides: [],
    ...more,
  };
}

const both = { blue: { version: "v1", manifestDigest }, green: { version: "v2", manifestDigest } };
const release = { kind: "release", live: "blue", environments: both, history: [], services: ["api"] };
const carrying = (green: unknown, level = "mandatory") => ({ ...release, checklist: { level, green } });

describe("the pack", () => {
  it("has every item of the checklist as one mandatory policy, by names that Pulumi takes", () => {
    const policies = checklistItems.map((it) => itemPolicy(it, checklistItems));
    expect(policies.length).toBeGreaterThan(0);
    for (const [index, it] of checklistItems.entries()) {
      const own = policies[index];
      expect(own).toMatchObject({
        name: policyName(it.id),
        displayName: it.title,
        description: it.rule,
        severity: it.severity,
        remediationSteps: it.mend,
        enforcementLevel: "mandatory",
        url: `docs/checklist.md#${policyName(it.id)}`,
      });
      expect(own?.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    }
    expect(new Set(policies.map((it) => it.name)).size).toBe(policies.length);
  });
  it("offers an item that nothing sets aside no way to take an override", () => {
    expect(itemPolicy(derived, items).configSchema).toBeUndefined();
    expect(policy.configSchema?.properties.allowOverride?.default).toBe(true);
  });
});

describe("an item as a policy", () => {
  it("says nothing of a release that passes", () => {
    expect(judge(policy, releaseType, carrying(facts(1)))).toEqual([]);
  });
  it("says of one that fails what the checklist and the provider say, word for word", () => {
    const failing = facts(0);
    const [verdict] = judgeChecklist(items, failing, new Date()).items;
    const said = judge(policy, releaseType, carrying(failing));
    expect(said).toEqual(["tests/unit: it is 0. To mend it: raise the number"]);
    expect(said).toEqual([verdict === undefined ? "" : refusalText(verdict)]);
    const update = {
      kind: "release",
      live: "blue",
      environments: both,
      checklist: { level: "mandatory", green: failing },
    } as const;
    expect(checklistRefusals(items, update, new Date()).map((it) => it.happened)).toContain(said[0]);
  });
  it("judges an item that rests on others by what is found of those", () => {
    expect(judge(itemPolicy(derived, items), releaseType, carrying(facts(1)))).toEqual([]);
    expect(judge(itemPolicy(derived, items), releaseType, carrying(facts(0)))).toEqual([
      expect.stringMatching(/^anti-patterns\/known-issues: unit tests fail\./),
    ]);
  });
  it("refuses what is not known: no facts of the item, none of the version, none at all", () => {
    const nothing = [expect.stringMatching(/^tests\/unit: nothing is known of it\./)];
    expect(judge(policy, releaseType, carrying(facts(1, { items: {} })))).toEqual(nothing);
    expect(judge(policy, releaseType, carrying(undefined))).toEqual(nothing);
    expect(judge(policy, releaseType, carrying(facts(1, { version: "v3" })))).toEqual(nothing);
    expect(judge(policy, releaseType, release)).toEqual(nothing);
    expect(judge(policy, releaseType, carrying({ forged: true }))).toEqual(nothing);
    expect(judge(policy, releaseType, { ...carrying(facts(1)), kind: "hotfix" })).toEqual(nothing);
  });
  it("refuses facts that a preview does not know, as a violation and not as advice", () => {
    const nothing = [expect.stringMatching(/^tests\/unit: nothing is known of it\./)];
    expect(judge(policy, releaseType, { ...release, checklist: unknown })).toEqual(nothing);
    expect(judge(policy, releaseType, carrying(unknown))).toEqual(nothing);
    expect(judge(policy, releaseType, carrying({ ...facts(1), items: { "tests/unit": { n: unknown } } }))).toEqual(
      nothing,
    );
  });
  it("judges with its own clock what an override may set aside", () => {
    const hour = 3_600_000;
    const override = (approved: number, until: number, approvedBy = "Bo") => ({
      item: "tests/unit",
      by: "Ann",
      approvedBy,
      reason: "the number is known to be low",
      approvedAt: new Date(Date.now() + approved).toISOString(),
      until: new Date(Date.now() + until).toISOString(),
    });
    const overridden = (it: ReturnType<typeof override>) => carrying(facts(0, { overrides: [it] }));
    expect(judge(policy, releaseType, overridden(override(-hour, hour)))).toEqual([]);
    expect(judge(policy, releaseType, overridden(override(-hour, hour)), { allowOverride: false })).toEqual([
      expect.stringContaining("its override by Ann is not taken by this pack"),
    ]);
    expect(judge(policy, releaseType, overridden(override(-2 * hour, -hour)))).toEqual([
      expect.stringContaining("its override does not hold: it ended at"),
    ]);
    expect(judge(policy, releaseType, overridden(override(-hour, hour, "ann")))).toHaveLength(1);
  });

  it("lets an item through that rests on one that is set aside, unless this pack takes no override of it", () => {
    const resting = derivedItem({
      id: "anti-patterns/known-issues",
      title: "Deploying with known issues",
      severity: "critical",
      unoverridable: false,
      from: ["tests/unit"],
      rule: "Every test passes.",
    });
    const approvedAt = new Date(Date.now() - 3_600_000).toISOString();
    const override = (until: number) => ({
      item: "tests/unit",
      by: "Ann",
      approvedBy: "Bo",
      reason: "the number is known to be low",
      approvedAt,
      until: new Date(Date.now() + until).toISOString(),
    });
    const own = { "tests/unit": { n: 0 }, "anti-patterns/known-issues": {} };
    const said = (until: number, config?: object) =>
      judge(
        itemPolicy(resting, [number, resting]),
        releaseType,
        carrying(facts(0, { items: own, overrides: [override(until)] })),
        config,
      );
    expect(said(3_600_000)).toEqual([]);
    expect(said(3_600_000, { allowOverride: false })).toEqual([
      expect.stringMatching(/stands only by override: that of tests\/unit by Ann.*by Ann is not taken by this pack/),
    ]);
    expect(said(-60_000)).toEqual([
      expect.stringMatching(/^anti-patterns\/known-issues: .*does not hold: it ended at/),
    ]);
  });

  const switching = { ...release, kind: "switch", live: "green" };
  it("judges a switch by what traffic moves to", () => {
    expect(judge(policy, releaseType, { ...switching, checklist: { level: "mandatory", green: facts(1) } })).toEqual(
      [],
    );
    expect(
      judge(policy, releaseType, { ...switching, checklist: { level: "mandatory", green: facts(0) } }),
    ).toHaveLength(1);
    const other = { level: "mandatory", blue: facts(1, { version: "v1" }) };
    expect(judge(policy, releaseType, { ...switching, checklist: other })).toHaveLength(1);
  });
  it.each(["rollback", "none"])("never holds up a %s", (kind) => {
    expect(judge(policy, releaseType, { ...release, kind })).toEqual([]);
    expect(judge(policy, releaseType, { ...carrying(facts(0)), kind })).toEqual([]);
  });
  it("judges a first deployment by what goes live", () => {
    const first = { ...release, live: "green", environments: { green: both.green } };
    expect(judge(policy, releaseType, { ...first, checklist: { level: "mandatory", green: facts(0) } })).toHaveLength(
      1,
    );
  });
  it("judges a stack whose own level is advisory, and leaves one without a checklist to checklist-enforced", () => {
    expect(judge(policy, releaseType, carrying(facts(0), "advisory"))).toHaveLength(1);
    expect(judge(policy, releaseType, carrying(undefined, "none"))).toEqual([]);
  });
  it("leaves everything but the Release alone", () => {
    expect(judge(policy, "greenlight:local:Traffic", {})).toEqual([]);
  });
});

describe("checklist-enforced", () => {
  it("takes a release that carries its checklist", () => {
    expect(judge(checklistEnforced, releaseType, carrying(facts(0)))).toEqual([]);
  });
  it.each(["advisory", "none"])("refuses a stack whose own level is %s, unless that is allowed", (level) => {
    const props = carrying(level === "none" ? undefined : facts(1), level);
    expect(judge(checklistEnforced, releaseType, props)).toEqual([
      expect.stringContaining(`The stack's checklist is ${level}, but must be mandatory`),
    ]);
    expect(judge(checklistEnforced, releaseType, props, { allowLevel: level })).toEqual([]);
  });
  it("leaves the least watch to the stack, unless the pack asks for its own", () => {
    const watching = (leastMs: unknown) =>
      carrying(facts(1, { items: { "anti-patterns/unwatched": { leastMs } as { leastMs: number } } }));
    expect(judge(checklistEnforced, releaseType, watching(5_000))).toEqual([]);
    expect(judge(checklistEnforced, releaseType, watching(5_000), { leastWatch: "5m" })).toEqual([
      "The stack takes a watch of 5 s after the switch, but must ask for at least 5 min. Set greenlight:checklist.leastWatch to 5m.",
    ]);
    expect(judge(checklistEnforced, releaseType, watching(300_000), { leastWatch: "5m" })).toEqual([]);
    expect(() => judge(checklistEnforced, releaseType, watching(5_000), { leastWatch: "long" })).toThrow(
      /"long" is not a duration|leastWatch/,
    );
  });
  it("refuses a release without facts, or with those of another version, in the provider's words", () => {
    expect(judge(checklistEnforced, releaseType, carrying(undefined))).toEqual([
      "Nothing is known of the checklist of v2. Leave the Release to Greenlight's own program.",
    ]);
    expect(judge(checklistEnforced, releaseType, carrying(facts(1, { version: "v3" })))).toEqual([
      "The checklist is of v3, but green gets v2. Run the update again.",
    ]);
    expect(judge(checklistEnforced, releaseType, release)).toEqual([expect.stringContaining("carries no checklist")]);
  });
  it("refuses what cannot be read or is not known yet, as a violation and not as advice", () => {
    expect(judge(checklistEnforced, releaseType, { ...release, checklist: unknown })).toEqual([
      expect.stringContaining("is not known before the update"),
    ]);
    expect(judge(checklistEnforced, releaseType, carrying({ ...facts(1), phase: "night" }))).toEqual([
      expect.stringContaining("is not what it should be: green.phase"),
    ]);
    expect(judge(checklistEnforced, releaseType, { ...release, live: "purple" })).toEqual([
      expect.stringContaining("does not state live"),
    ]);
  });
  it("refuses the facts of a review in an update", () => {
    // Outside of the engine nothing is a preview.
    expect(judge(checklistEnforced, releaseType, carrying(facts(1, { phase: "review" })))).toEqual([
      expect.stringContaining("was gathered for a review"),
    ]);
  });
  it.each(["rollback", "none"])("never holds up a %s", (kind) => {
    expect(judge(checklistEnforced, releaseType, { ...release, kind })).toEqual([]);
  });
});
