import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checklistPage } from "../../docs/generate-checklist.ts";
import { policyName } from "../../policies/checklist/item-policy.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";

it("docs/checklist.md is what the rules say; `node --import tsx docs/generate-checklist.ts` writes it", () => {
  expect(readFileSync(new URL("../../docs/checklist.md", import.meta.url), "utf8")).toBe(checklistPage());
});

it("describes every item at the anchor that its policy points to", () => {
  const page = checklistPage();
  for (const it of checklistItems) {
    const part = page.split(`<a id="${policyName(it.id)}"></a>`)[1]?.split("<a id=")[0] ?? "";
    expect(part, it.id).toContain(`### ${it.title}`);
    expect(part, it.id).toContain(`\`${it.id}\`: severity ${it.severity}`);
    expect(part, it.id).toContain(it.unoverridable ? "no override sets it aside" : "an override can set it aside");
  }
});

it("lets no text of a rule be taken for a table's column or for HTML", () => {
  const [first] = checklistItems;
  if (first === undefined) throw new Error("there are items");
  const page = checklistPage([{ ...first, title: "a | b", rule: "set <service> to `x < y`", mend: "do" }]);
  expect(page).toContain("a \\| b");
  expect(page).toContain("set &lt;service> to `x < y`");
});
