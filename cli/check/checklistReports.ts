import {
  type ChecklistVerdict,
  type ItemVerdict,
  overrideText,
  refusalText,
  stands,
} from "../../release/checklist/judge.ts";

/** SARIF 2.1: one result an item that fails, so that code scanning shows it. */
export function checklistSarif(verdict: ChecklistVerdict, manifest: string): object {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "greenlight check",
            rules: verdict.items.map((it) => ({
              id: it.id,
              shortDescription: { text: it.title },
              help: { text: it.mend },
              defaultConfiguration: { level: levelOf(it) },
            })),
          },
        },
        results: verdict.items
          .filter((it) => it.verdict === "fail")
          .map((it) => ({
            ruleId: it.id,
            level: levelOf(it),
            message: { text: refusalText(it) },
            locations: [{ physicalLocation: { artifactLocation: { uri: manifest } } }],
            ...(it.override === undefined
              ? {}
              : {
                  suppressions: [
                    {
                      kind: "external",
                      status: "accepted",
                      justification: `set aside by ${overrideText(it.override)}`,
                    },
                  ],
                }),
          })),
      },
    ],
  };
}

function levelOf(it: ItemVerdict): "error" | "warning" {
  return it.severity === "critical" || it.severity === "high" ? "error" : "warning";
}

/** JUnit XML: one test case an item, a suite a group; what does not apply, or is set aside, is skipped with its reason. */
export function checklistJunit(verdict: ChecklistVerdict): string {
  const { items } = verdict;
  const failures = items.filter((it) => !stands(it)).length;
  const skipped = items.filter((it) => stands(it) && it.verdict !== "pass").length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="checklist of ${escaped(verdict.version)}" tests="${items.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
    `  <testsuite name="checklist" tests="${items.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
    ...items.map(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(it: ItemVerdict): string {
  const open = `    <testcase classname="${escaped(it.group)}" name="${escaped(`${it.id}: ${it.title}`)}"`;
  if (it.verdict === "pass") return `${open}/>`;
  const inner = stands(it)
    ? `<skipped message="${escaped(it.override === undefined ? it.reason : `OVERRIDE by ${overrideText(it.override)} (${it.reason})`)}"/>`
    : `<failure message="${escaped(it.reason)}">${escaped(refusalText(it))}</failure>`;
  return `${open}>${inner}</testcase>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for XML: its own signs escaped, and what XML cannot hold left out. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\ufffe\uffff]/gu, " ").replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}
