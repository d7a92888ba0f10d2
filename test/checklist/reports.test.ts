import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { checklistMarkdown } from "../../cli/check/checklistMarkdown.ts";
import { checklistJunit, checklistSarif } from "../../cli/check/checklistReports.ts";
import { checklistText, itemText } from "../../cli/check/checklistText.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../release/checklist/judge.ts";

const now = new Date("2026-03-04T12:00:00Z");
const override = {
  item: "code/bugs",
  by: "lead",
  approvedBy: "head of engineering",
  approvedAt: "2026-03-04T11:00:00Z",
  reason: "the bug is in a part that is switched off",
  until: "2026-03-04T18:00:00Z",
};
const wanted = ["code/bugs", "tests/unit", "tests/integration", "tests/e2e", "tests/performance", "tests/security"];

/** Bugs are set aside, and with them the anti-pattern that rests on them; tests do not apply. */
const items = checklistItems
  .filter(({ id }) => wanted.includes(id) || id === "anti-patterns/known-issues")
  .map((it) =>
    it.group === "tests"
      ? { ...it, judge: () => ({ verdict: "not applicable" as const, reason: "no tests here" }) }
      : it,
  );
const verdict = judgeChecklist(
  items,
  {
    version: "v1.2.3",
    phase: "day",
    gatheredAt: now.toISOString(),
    items: {
      ...Object.fromEntries(wanted.map((id) => [id, {}])),
      "code/bugs": { problem: "#12 is critical" },
      "anti-patterns/known-issues": {},
    },
    overrides: [override],
  },
  now,
);
const page = { style: pc.createColors(false), columns: 140, now: now.getTime() };
const words = (text: string) => text.replace(/\s+/g, " ").replaceAll("\\", "");

describe("what stands only by the override of another item", () => {
  const told: [string, string][] = [
    ["text", checklistText(verdict, page)],
    ["markdown", checklistMarkdown(verdict)],
    ["json", JSON.stringify(verdict)],
    ["sarif", JSON.stringify(checklistSarif(verdict, "releases/v1.2.3.yaml"))],
    ["junit", checklistJunit(verdict)],
  ];
  it.each(told)("is told in %s with what fails, whose override it is, by whom and until when", (_, text) => {
    expect(words(text)).toContain(
      "code/bugs: #12 is critical; stands only by override: that of code/bugs by lead, until 2026-03-04T18:00:00Z",
    );
    expect(words(text)).toContain("head of engineering");
    expect(words(text)).toContain(override.reason);
  });

  it("is no pass in any of them", () => {
    const it = verdict.items.at(-1);
    expect(verdict.ok).toBe(true);
    expect(it).toMatchObject({ id: "anti-patterns/known-issues", verdict: "fail", override });
    expect(checklistText(verdict, page)).not.toContain("✓ anti-patterns");
    expect(checklistMarkdown(verdict)).toMatch(/^\| ⚠️ \| `anti-patterns\/known-issues` \| OVERRIDE by lead/m);
    expect(checklistJunit(verdict)).toContain('failures="0" errors="0" skipped="7"');
    const sarif = JSON.parse(JSON.stringify(checklistSarif(verdict, "x")));
    expect(sarif.runs[0].results.map((one: { ruleId: string }) => one.ruleId)).toEqual([
      "code/bugs",
      "anti-patterns/known-issues",
    ]);
    expect(sarif.runs[0].results[1].suppressions).toEqual([
      {
        kind: "external",
        status: "accepted",
        justification: `set aside by lead, approved by head of engineering, until 2026-03-04T18:00:00Z: ${override.reason}`,
      },
    ]);
  });

  it("says so in its own detail", () => {
    const [it] = verdict.items.slice(-1);
    if (it === undefined) throw new Error("nothing was judged");
    expect(itemText({ ...it, rule: "as it says" }, page)).toContain("fail, set aside by an override");
  });
});
