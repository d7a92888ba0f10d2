import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { checklistPage } from "../../docs/generate-checklist.ts";
import { policyName } from "../../policies/checklist/item-policy.ts";
import { evidenceReadings } from "../../release/checklist/formats.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { allManifestKeys } from "../../release/checklist/manifestKeys.ts";
import { evidenceKeys } from "../../release/checklist/plan.ts";
import { readPerformanceReport } from "../../release/evidence/performance/readPerformanceReport.ts";
import { readSecurityReport } from "../../release/evidence/security/readSecurityReport.ts";
import { severityTable } from "../../release/evidence/security/severity.ts";
import { manifestSchema } from "../../release/manifestShape.ts";

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

const partOf = (id: string) =>
  checklistPage()
    .split(`<a id="${id.replace("/", "-")}"></a>`)[1]
    ?.split("<a id=")[0] ?? "";

it("lists the formats that each item reads, its keys in the manifest, and the command that records them", () => {
  expect(Object.keys(evidenceReadings).sort()).toEqual([...evidenceKeys].sort());
  for (const [id, { formats, example }] of Object.entries(evidenceReadings)) {
    expect(formats.length, id).toBeGreaterThan(0);
    for (const { tool, file } of formats) expect(partOf(id), id).toContain(`- ${file} (${tool})`);
    expect(partOf(id), id).toContain(`\`evidence.${id}: { `);
    if (id !== "code/documentation") {
      expect(partOf(id), id).toContain(`greenlight evidence add v1.2.3 ${id} ${example}`);
    }
  }
  expect(partOf("tests/performance")).toContain(
    "`evidence.tests/performance: { files, targets: { p95, p99, errorRate, requests, throughput } }`",
  );
  expect(partOf("tests/unit")).toContain("`evidence.tests/unit: { files, skipped: [{ test, reason }] }`");
  for (const it of checklistItems) expect(partOf(it.id), it.id).toContain(`greenlight check v1.2.3 --item ${it.id}`);
});

it("tells in every remedy the command as the command line takes it", () => {
  const told = checklistItems.flatMap(({ id, mend }) =>
    [...mend.matchAll(/greenlight evidence add (\S+) (\S+)/g)].map((found) => ({ id, found: found.slice(1) })),
  );
  expect(told.length).toBeGreaterThan(10);
  for (const { id, found } of told) expect(found, id).toEqual(["<version>", id]);
});

it("names only keys that a manifest has, of items that there are", () => {
  const known = z.toJSONSchema(manifestSchema, { io: "input" }).properties ?? {};
  for (const [id, keys] of Object.entries(allManifestKeys)) {
    expect(checklistItems.map((it) => it.id)).toContain(id);
    for (const key of keys) {
      expect(Object.keys(known), `${id}: ${key}`).toContain(key.split(".")[0]);
      expect(partOf(id)).toContain(`\`${key}\``);
    }
  }
});

it("has the table of severities as the readers use it", () => {
  const part = partOf("tests/security");
  expect(part).toContain("| Says | critical | high | medium | low | info |");
  expect(part).toContain("| SARIF level |  | `error` | `warning` | `note` | `none` |");
  expect(part).toContain("| Trivy | `CRITICAL` | `HIGH`, `UNKNOWN` | `MEDIUM` | `LOW` |  |");
  expect(part).toContain("| CVSS score, `security-severity` | from 9 | from 7 | from 4 | from 0.1 | from 0 |");
  for (const scheme of Object.keys(severityTable)) expect(part).toContain(`| ${scheme} |`);
});

it.each<[string, string, (bytes: Buffer) => { readonly tool: string }]>([
  ["tests/performance", "k6", readPerformanceReport],
  ["tests/performance", "autocannon", readPerformanceReport],
  ["tests/performance", "jmeter", readPerformanceReport],
  ["tests/performance", "gatling", readPerformanceReport],
  ["tests/security", "npm-audit", readSecurityReport],
  ["tests/security", "semgrep", readSecurityReport],
])("%s lists the tool whose report its reader takes (%s)", (id, folder, read) => {
  const at = new URL(`../evidence/samples/${folder}/`, import.meta.url);
  const tools = readdirSync(at).flatMap((file) => {
    try {
      return [read(readFileSync(new URL(file, at))).tool];
    } catch {
      return []; // samples of what is refused
    }
  });
  expect(tools.length).toBeGreaterThan(0);
  for (const tool of tools) expect(partOf(id).toLowerCase()).toContain(tool.toLowerCase().split(" ")[0]);
});

it("lets no text of a rule be taken for a table's column or for HTML", () => {
  const [first] = checklistItems;
  if (first === undefined) throw new Error("there are items");
  const page = checklistPage([{ ...first, title: "a | b", rule: "set <service> to `x < y`", mend: "do" }]);
  expect(page).toContain("a \\| b");
  expect(page).toContain("set &lt;service> to `x < y`");
});
