/**
 * Writes docs/checklist.md from the rules in release/checklist/items:
 *
 *     node --import tsx docs/generate-checklist.ts
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type ChecklistItem, type Group, groups } from "../release/checklist/item.ts";
import { checklistItems } from "../release/checklist/items/index.ts";
import { evidenceLimits } from "./evidence-limits.ts";

const titles: Readonly<Record<Group, string>> = {
  code: "Code readiness",
  tests: "Test results",
  infrastructure: "Infrastructure",
  database: "Database",
  communication: "Communication",
  day: "Deployment day: T-60 and T-30",
  "anti-patterns": "Anti-patterns",
};

const when: Readonly<Record<ChecklistItem["when"], string>> = {
  review: "always, in a review too",
  day: "on the day, not yet in a review",
  tag: "from T-30 on, when `greenlight release` has made it",
};

/** The whole page. A test compares the file with it. */
export function checklistPage(items: readonly ChecklistItem[] = checklistItems): string {
  const parts = groups.flatMap((group) => {
    const own = items.filter((it) => it.group === group);
    return own.length === 0 ? [] : [`## ${titles[group]}\n\n${own.map(itemPart).join("\n")}`];
  });
  return `<!-- Written by docs/generate-checklist.ts from release/checklist/items; change it there. -->
# The pre-deployment checklist

Every item is a rule that reads evidence and says pass, fail or not applicable, with its reason. Absence is a failure. An item that
fails stops a release or a switch before anything is touched: in \`pulumi preview\`, in \`pulumi up\` with and without policy packs, and
in \`greenlight release\`, with the same words. A rollback is never held up.

\`greenlight check <version>\` shows the whole list, \`greenlight check <version> --item <item>\` one with how to mend it. The policy pack
\`checklist\` has each item as a policy, named as the item with \`-\` for \`/\` ([policies.md](policies.md)). What the manifest says of an
item is in [manifest.md](manifest.md).

| Item | | Severity | Judged | Can be set aside |
|---|---|---|---|---|
${items.map(row).join("\n")}

${parts.join("\n")}
${evidenceLimits()}`;
}

function row(it: ChecklistItem): string {
  const cells = [
    `[\`${it.id}\`](#${anchor(it)})`,
    it.title,
    it.severity,
    when[it.when].split(",")[0] ?? "",
    it.unoverridable ? "**no**" : "yes",
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

function itemPart(it: ChecklistItem): string {
  return `<a id="${anchor(it)}"></a>

### ${it.title}

\`${it.id}\`: severity ${it.severity}; judged ${when[it.when]}; ${it.unoverridable ? "**no override sets it aside**" : "an override can set it aside"}.

${prose(it.rule)}

To mend it: ${prose(it.mend)}.
`;
}

function anchor(it: ChecklistItem): string {
  return it.id.replace("/", "-");
}

/** Text outside of code, where `<service>` would be taken for HTML. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("&", "&amp;").replaceAll("<", "&lt;")))
    .join("");
}

function cell(text: string): string {
  return prose(text).replaceAll("|", "\\|").replaceAll("\n", " ");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL("checklist.md", import.meta.url), checklistPage());
}
