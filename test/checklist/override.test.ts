import { describe, expect, it } from "vitest";
import { type Override, overrideRefusal, overrideShape } from "../../release/checklist/override.ts";
import { samePerson } from "../../release/checklist/samePerson.ts";

const now = new Date("2026-03-04T12:00:00Z");
const good: Override = {
  item: "tests/e2e",
  by: "on-call engineer",
  approvedBy: "head of engineering",
  approvedAt: "2026-03-04T11:00:00Z",
  reason: "the payment provider's sandbox is down, checked by hand",
  until: "2026-03-04T18:00:00Z",
};
const says = (over: Partial<Override>, unoverridable = false) =>
  overrideRefusal({ ...good, ...over }, unoverridable, now);

describe("an override", () => {
  it("by one person, approved by another, for some hours, holds", () => {
    expect(says({})).toBeUndefined();
  });

  it.each<[string, Partial<Override>, RegExp]>([
    ["approved by the one who asks", { approvedBy: good.by }, /cannot approve their own/],
    ["approved by the same person in capitals", { approvedBy: "ON-CALL ENGINEER" }, /cannot approve their own/],
    ["approved by a look-alike in Cyrillic", { approvedBy: "оn-саll еnginееr" }, /cannot approve their own/],
    ["approved by the same name with an invisible character", { approvedBy: "on-call\u200b engineer" }, /their own/],
    ["approved by the same name in full-width letters", { approvedBy: "ｏｎ-call engineer" }, /their own/],
    ["approved by the same name with accents", { approvedBy: "on-call éngineer" }, /their own/],
    ["that has ended", { until: "2026-03-04T12:00:00Z" }, /it ended at/],
    ["whose approval is from the future", { approvedAt: "2026-03-04T13:00:00Z" }, /from the future/],
    ["for longer than a day", { until: "2026-03-05T11:00:01Z" }, /longer than 24h|longer than/],
  ])("%s does not hold", (_, over, reason) => {
    expect(says(over)).toMatch(reason);
  });

  it("of an item that cannot be set aside does not hold", () => {
    expect(says({}, true)).toMatch(/cannot be set aside/);
  });

  it.each([
    ["without a reason", { reason: "" }],
    ["with a reason of a word", { reason: "urgent" }],
    ["without an approval", { approvedBy: "" }],
    ["with a time without a zone", { until: "2026-03-04T18:00:00" }],
    ["with a key of its own", { forced: true }],
  ])("%s is no override", (_, over) => {
    expect(overrideShape.safeParse({ ...good, ...over }).success).toBe(false);
  });
});

describe("two names", () => {
  it.each([
    ["Ann Example", "Ben Example", false],
    ["ann@localhost", "ANN@localhost", true],
    ["ann", "аnn", true],
  ])("%s and %s: the same person is %s", (a, b, same) => {
    expect(samePerson(a, b)).toBe(same);
  });
});
