/**
 * Writes docs/checklist.md from the rules in release/checklist/items:
 *
 *     node --import tsx docs/generate-checklist.ts
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { evidenceReadings } from "../release/checklist/formats.ts";
import { type ChecklistItem, type Group, groups } from "../release/checklist/item.ts";
import { checklistItems } from "../release/checklist/items/index.ts";
import { manifestKeys } from "../release/checklist/manifestKeys.ts";
import {
  blockingSeverities,
  findingSeverities,
  scoreTable,
  severityTable,
} from "../release/evidence/security/severity.ts";
import { manifestSchema } from "../release/manifestShape.ts";
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

An override in the manifest (\`overrides\`) sets an item aside for once: it still fails, and every output says by whom, approved by whom, and until when.
An anti-pattern that rests on other items stands by their overrides once all of those that fail are set aside, and says that it does.

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

${reading(it)}${it.id === "tests/security" ? `\n\n${severities()}` : ""}

${keysOf(it)}

To mend it: ${prose(it.mend)}.

\`\`\`sh
${commands(it).join("\n")}
\`\`\`
`;
}

function reading({ id }: ChecklistItem): string {
  const own = readingOf(id);
  if (own === undefined)
    return "It reads no report: the project, its repository, the stack's journal and the platform are asked themselves.";
  return ["It reads:", "", ...own.formats.map(({ tool, file }) => `- ${file} (${tool})`)].join("\n");
}

function readingOf(id: string) {
  return Object.entries(evidenceReadings).find(([key]) => key === id)?.[1];
}

const node = z.looseObject({
  get properties() {
    return z.record(z.string(), node).optional();
  },
  get items() {
    return node.optional();
  },
});
type Node = z.infer<typeof node>;
const evidence = node.parse(z.toJSONSchema(manifestSchema, { io: "input" })).properties?.evidence;

/** Keys of the manifest that an item goes by; what sets it aside is said once for all. */
function keysOf({ id }: ChecklistItem): string {
  const own = evidence?.properties?.[id];
  const keys = [...manifestKeys(id), ...(own === undefined ? [] : [`evidence.${id}: ${written(own)}`])];
  return keys.length === 0
    ? "The manifest says nothing of it."
    : `In the manifest: ${keys.map((key) => `\`${key}\``).join(", ")}.`;
}

/** `{ files, targets: { p95 }, skipped: [{ test }] }` */
function written({ properties = {} }: Node): string {
  const keys = Object.entries(properties).map(([key, it]) => {
    if (it.properties !== undefined) return `${key}: ${written(it)}`;
    return it.items?.properties === undefined ? key : `${key}: [${written(it.items)}]`;
  });
  return `{ ${keys.join(", ")} }`;
}

function commands({ id }: ChecklistItem): readonly string[] {
  const own = readingOf(id);
  const check = `greenlight check v1.2.3 --item ${id}`;
  // The changelog is read in the released commit, so nobody records of which commit it speaks.
  if (own === undefined || id === "code/documentation") return [check];
  return [`greenlight evidence add v1.2.3 ${id} ${own.example}`, check];
}

/** What each tool's words for a severity become: the table that the readers look them up in. */
function severities(): string {
  const blocking = findingSeverities.filter((it) => blockingSeverities.has(it)).join(" and ");
  const scheme = ([name, words]: [string, Readonly<Record<string, string>>]) => [
    name,
    ...findingSeverities.map((severity) =>
      Object.entries(words)
        .filter(([, it]) => it === severity)
        .map(([word]) => `\`${word}\``)
        .join(", "),
    ),
  ];
  const scores = findingSeverities.map((severity) => {
    const least = scoreTable.find(([, it]) => it === severity)?.[0];
    return least === undefined ? "" : `from ${least}`;
  });
  return [
    `Severities are mapped by one table; ${blocking} findings must be mended or accepted. A score stands before the tool's own word, and a`,
    "word that the table does not have counts as high.",
    "",
    `| Says | ${findingSeverities.join(" | ")} |`,
    `|---|${"---|".repeat(findingSeverities.length)}`,
    ...[...Object.entries(severityTable).map(scheme), ["CVSS score, `security-severity`", ...scores]].map(
      (cells) => `| ${cells.join(" | ")} |`,
    ),
  ].join("\n");
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
