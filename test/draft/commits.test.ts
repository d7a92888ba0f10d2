import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceKeys } from "../../release/checklist/plan.ts";
import { featuresOf, issuesIn } from "../../release/draft/commits.ts";
import { itemOfReport } from "../../release/draft/reportItem.ts";

const messages = (...subjects: string[]) => subjects.map((subject) => ({ subject, body: "" }));

describe("features from commits", () => {
  it.each([
    ["feat(shop): products have categories (#12)", ["Products have categories"]],
    ["fix!: totals are right", ["Totals are right"]],
    ["Orders can be cancelled", ["Orders can be cancelled"]],
    ["chore(deps): raise a package", []],
    ["fixup! feat: products", []],
    ["CI: faster", []],
    ["feat: a\u202e\u0000b", ["Ab"]],
  ])("%s", (subject, features) => {
    expect(featuresOf(messages(subject))).toEqual(features);
  });
  it("are each told once, and no more than a manifest takes", () => {
    expect(featuresOf(messages("feat: one", "fix: one"))).toEqual(["One"]);
    expect(featuresOf(messages(...Array.from({ length: 150 }, (_, index) => `feature ${index}`)))).toHaveLength(100);
    expect(featuresOf(messages("x".repeat(1_000)))[0]).toHaveLength(300);
  });
});

describe("issues in commits", () => {
  it.each([
    ["fix: totals, closes #12", "", ["#12"]],
    ["feat: categories (#34)", "", []],
    ["feat: categories", "Fixes #12\nand #13, not &#39; or a/b#7", ["#12", "#13"]],
    ["SHOP-12: categories", "", ["SHOP-12"]],
    ["[SHOP-12] categories", "Refs SHOP-13, see SHOP-14", ["SHOP-12", "SHOP-13", "SHOP-14"]],
    ["Read UTF-8 and SHA-256 digests", "ISO-8601 times", []],
    ["Colours #0 and #abc", "", []],
  ])("%s", (subject, body, issues) => {
    expect(issuesIn([{ subject, body }])).toEqual(issues);
  });
  it("takes any text in little time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 2_000 }), (subject, body) => {
        expect(Array.isArray(issuesIn([{ subject, body }]))).toBe(true);
        expect(featuresOf([{ subject, body }]).length).toBeLessThan(2);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the item that a report is evidence of", () => {
  it.each([
    ["unit.xml", "tests/unit"],
    ["junit.xml", "tests/unit"],
    ["integration/junit.xml", "tests/integration"],
    ["e2e.xml", "tests/e2e"],
    ["playwright/results.xml", "tests/e2e"],
    ["tests/e2e.xml", "tests/e2e"],
    ["k6.json", "tests/performance"],
    ["load.jtl", "tests/performance"],
    ["npm-audit.json", "tests/security"],
    ["semgrep.sarif", "tests/security"],
    ["reviews.json", "code/review"],
    ["security_review.json", "code/security-review"],
    ["bugs.json", "code/bugs"],
    ["staging.json", "infrastructure/staging"],
    ["staging-smoke.json", "infrastructure/staging-smoke"],
    ["drill.json", "infrastructure/rollback"],
    ["migration-review.json", "database/review"],
    ["on-call.json", "communication/on-call"],
    ["numbers.json", undefined],
  ])("%s: %s", (path, item) => {
    expect(itemOfReport(path)).toBe(item);
    if (item !== undefined) expect(evidenceKeys).toContain(item);
  });
});
