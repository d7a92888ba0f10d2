import { z } from "zod";
import { type ChecklistItem, fail, type ItemId, item, notApplicable, pass, type Severity } from "../../item.ts";

/** One of the workflow's anti-patterns that other items of the checklist rule out. */
export interface Derived {
  readonly id: ItemId & `anti-patterns/${string}`;
  readonly title: string;
  readonly severity: Severity;
  readonly unoverridable: boolean;
  /** Items that must not fail; each comes earlier in the checklist. */
  readonly from: readonly ItemId[];
  readonly rule: string;
}

/** Facts of an item that rests on other items: none of its own. */
export const noFacts = z.strictObject({});

/**
 * An item that fails with the reasons of the items that it rests on. Where overrides set aside all of those that fail, it stands by
 * the same overrides, and its reason says so.
 */
export function derivedItem({ from, ...it }: Derived): ChecklistItem {
  return item({
    ...it,
    group: "anti-patterns",
    when: "review",
    mend: `mend ${from.join(", ")}`,
    facts: noFacts,
    judge(_, { finding }) {
      const found = from.map((id) => ({ id, it: finding(id) }));
      const unjudged = found.filter((one) => one.it === undefined).map(({ id }) => `${id} was not judged`);
      const failing = found.filter((one) => one.it?.verdict === "fail");
      const evidence = found.flatMap((one) => one.it?.evidence ?? []);
      if (unjudged.length > 0 || failing.length > 0) {
        const faults = [...unjudged, ...failing.map((one) => `${one.id}: ${one.it?.reason}`)];
        const failed = fail(faults.slice(0, 5).join("; "), evidence);
        return unjudged.length > 0 ? failed : { ...failed, because: failing.map(({ id }) => id) };
      }
      const passed = found.filter((one) => one.it?.verdict === "pass").map(({ id }) => id);
      return passed.length === 0
        ? notApplicable(found.map((one) => one.it?.reason ?? "").join("; "))
        : pass(`${passed.join(", ")} ${passed.length === 1 ? "passes" : "pass"}`, evidence);
    },
  });
}
