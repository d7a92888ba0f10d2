import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Gathering } from "../../../project/checklist/gathering.ts";
import { tests } from "../../../project/checklist/tests.ts";
import { EvidenceFiles } from "../../../project/evidence/readEvidence.ts";
import { checklistFacts } from "../../../release/checklist/facts.ts";
import type { ChecklistItem } from "../../../release/checklist/item.ts";
import { type ItemVerdict, judgeChecklist } from "../../../release/checklist/judge.ts";
import { parseManifest } from "../../../release/manifest.ts";

/** The commit that the samples which name one speak of. */
export const commit = "0123456789abcdef0123456789abcdef01234567";
/** The samples are from the first half hour of that day. */
const committedAt = "2026-11-24T00:00:00Z";

/** A report of a release, and what was recorded of it. */
export interface Report {
  readonly bytes: Buffer | string;
  /** `null`: nothing is recorded. */
  readonly commit?: string | null;
  readonly at?: string;
  /** What the file becomes after it was recorded. */
  readonly later?: string;
}

/** A release with reports, judged at noon unless it says otherwise. */
export interface Judged {
  readonly reports?: Readonly<Record<string, Report | Buffer | string>>;
  /** What the manifest says for the item besides its files, as YAML in one line. */
  readonly plan?: string;
  /** Files that the manifest names; by default all reports. `[]`: it says nothing of the item. */
  readonly files?: readonly string[];
  readonly now?: string;
  readonly committedAt?: string;
}

/** Gathers the facts of one item from real files, as an update does, and judges them. */
export async function judged(item: ChecklistItem, it: Judged): Promise<ItemVerdict> {
  const project = mkdtempSync(join(tmpdir(), "greenlight-"));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  const records: string[] = [];
  for (const [name, given] of Object.entries(it.reports ?? {})) {
    const report: Report = typeof given === "string" || Buffer.isBuffer(given) ? { bytes: given } : given;
    const file = join(project, "reports", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, report.later ?? report.bytes);
    if (report.commit === null) continue;
    const sha256 = createHash("sha256").update(report.bytes).digest("hex");
    const { commit: of = commit, at = "2026-11-24T01:00:00Z" } = report;
    records.push(JSON.stringify({ item: item.id, file: `reports/${name}`, sha256, commit: of, at, by: "ann" }));
  }
  mkdirSync(join(project, "releases"));
  writeFileSync(join(project, "releases/v1.evidence.jsonl"), records.join("\n"));
  const files = it.files ?? Object.keys(it.reports ?? {});
  const plan = [`files: ${JSON.stringify(files.map((name) => `../reports/${name}`))}`, ...(it.plan ?? "").split("\n")];
  const manifest = parseManifest(
    [
      "version: v1",
      `commit: "${commit}"`,
      "services: { api: { command: [node, api.js] } }",
      "smoke: { command: [node, smoke.js] }",
      ...(files.length === 0 ? [] : ["evidence:", `  ${item.id}:`, ...plan.map((line) => `    ${line}`)]),
    ].join("\n"),
    "releases/v1.yaml",
  );
  const evidence = new EvidenceFiles(project, "releases", "v1", "releases/v1.yaml");
  // Gatherers of tests look at nothing else.
  const gathering = { project, evidence, manifest: { manifest, digest: "", file: "releases/v1.yaml" } };
  const facts = await tests[item.id]?.(gathering as unknown as Gathering);
  return judgedFacts(item, facts, it);
}

/** Judges facts as an update carries them, whoever made them. */
export function judgedFacts(item: ChecklistItem, facts: unknown, it: Judged = {}): ItemVerdict {
  const carried = checklistFacts.parse({
    version: "v1",
    commit,
    committedAt: it.committedAt ?? committedAt,
    phase: "review",
    gatheredAt: "2026-11-24T12:00:00Z",
    items: { [item.id]: facts },
    overrides: [],
  });
  const [verdict] = judgeChecklist([item], carried, new Date(it.now ?? "2026-11-24T12:00:00Z")).items;
  if (verdict === undefined) throw new Error("the item was not judged");
  return verdict;
}

/** What every item that rests on reports refuses, whatever they say: `good` passes, with `plan`. */
export function refusals(good: Buffer, plan = ""): readonly [string, Judged, RegExp][] {
  const one = (report: Partial<Report>, more: Judged = {}): Judged => ({
    plan,
    reports: { report: { bytes: good, ...report } },
    ...more,
  });
  const utf16 = Buffer.from(`\ufeff${good.toString("utf8")}`, "utf16le");
  return [
    ["absent: the manifest names none", { files: [] }, /^there is no evidence$/],
    ["absent: the file is not there", { plan, files: ["report"] }, /report: there is no such file/],
    ["absent: one of two is not there", one({}, { files: ["report", "other"] }), /other: there is no such file/],
    ["absent: nobody recorded it", one({ commit: null }), /does not say of which commit/],
    ["stale: older than 7 days", one({}, { now: "2026-12-01T01:00:01Z" }), /old; at most .* are taken/],
    ["stale: made before its commit", one({ at: "2026-11-23T23:00:00Z" }), /before the commit/],
    ["from the future", one({ at: "2026-11-24T12:10:00Z" }), /from the future/],
    ["of a foreign commit", one({ commit: "f".repeat(40) }), /is of commit ffffffffffff/],
    ["forged: changed after it was recorded", one({ later: `${good} ` }), /changed after it was recorded/],
    ["malformed: empty", one({ bytes: "" }), /it is empty/],
    ["malformed: gzip", one({ bytes: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]) }), /a gzip archive, not a report/],
    ["malformed: zip", one({ bytes: Buffer.from("PK\u0003\u0004xx", "latin1") }), /a zip archive, not a report/],
    ["malformed: cut short", one({ bytes: good.subarray(0, good.length - 20) }), /report: /],
    ["malformed: UTF-16 cut in a letter", one({ bytes: utf16.subarray(0, utf16.length - 21) }), /report: /],
    ["malformed: bytes", one({ bytes: Buffer.from([0x80, 0x81, 0x82, 0x83]) }), /it is not text in UTF-8/],
    ["malformed: prose", one({ bytes: "all tests passed" }), /it is no /],
    ["malformed: HTML", one({ bytes: "<!DOCTYPE html><html></html>" }), /report: it /],
    ["malformed: another JSON", one({ bytes: '{"ok":true}' }), /it is no /],
  ];
}
