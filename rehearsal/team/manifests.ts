import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { roles } from "./repository.ts";
import { type CommitName, stagingItems, type TeamRelease } from "./versions.ts";

/** Longest that a rehearsal and what comes after it take. Milliseconds. */
const overrideMs = 4 * 3_600_000;

/** Reports of tests that are kept by the commit which was tested. */
export const testReports = {
  "tests/unit": "unit.xml",
  "tests/integration": "integration.xml",
  "tests/e2e": "e2e.xml",
  "tests/performance": "load.json",
  "tests/security": "lint.sarif",
} as const;

/** What people say of a commit, kept beside its reports. */
export const statements = { "code/bugs": "issues.json", "code/security-review": "security-review.json" } as const;

/** What staging shows of a version, kept by the version. */
export const stagingReports = {
  "infrastructure/staging": "staging.json",
  "infrastructure/rollback": "rollback.json",
} as const;

/** Folder of a commit's reports, relative to the project. */
export const reportsOf = (commit: CommitName): string => join("reports", commit);
/** Folder of a version's reports, relative to the project. */
export const reportsOfVersion = (version: string): string => join("reports", version);

/** Reports that are recorded as evidence of a release, by item; relative to the project. A drill records its own. */
export function recordedReports({ version, commit, staged, wentBack }: TeamRelease): Readonly<Record<string, string>> {
  const { "infrastructure/rollback": rollback, ...ofStaging } = stagingReports;
  const ofVersion = { ...ofStaging, ...(wentBack ? { "infrastructure/rollback": rollback } : {}) };
  const inFolder = (folder: string, reports: Readonly<Record<string, string>>) =>
    Object.entries(reports).map(([item, file]) => [item, join(folder, file)]);
  return Object.fromEntries([
    ...inFolder(reportsOf(commit), { ...testReports, ...statements }),
    ...(staged ? inFolder(reportsOfVersion(version), ofVersion) : []),
  ]);
}

/** Completes the manifests of the shop as a team would: the commit, evidence by item, who is on call, overrides. */
export function completeManifests(it: {
  readonly project: string;
  readonly releases: readonly TeamRelease[];
  readonly commit: string;
  readonly now: Date;
}): void {
  for (const release of it.releases) {
    const file = join(it.project, "shop", "releases", `${release.version}.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    const manifest = parseDocument(readFileSync(file, "utf8"));
    manifest.set("commit", it.commit);
    manifest.set("evidence", evidenceOf(release));
    manifest.set("duration", "10m");
    manifest.set("communication", { team: ["deploys"], stakeholders: ["stakeholders"] });
    manifest.set("onCall", { name: roles.onCall.name, acknowledgedAt: it.now.toISOString() });
    const overrides = overridesOf(release, it.now);
    if (overrides.length > 0) manifest.set("overrides", overrides);
    writeFileSync(file, manifest.toString({ lineWidth: 0 }));
  }
}

/** Paths of a manifest are relative to its own folder. */
const fromManifest = (file: string) => ({ files: [join("..", "..", file)] });

function evidenceOf(release: TeamRelease) {
  const recorded = Object.entries(recordedReports(release)).map(([item, file]) => [item, fromManifest(file)]);
  const evidence = Object.fromEntries(recorded);
  const drill = join(reportsOfVersion(release.version), "rollback-script.json");
  return {
    ...evidence,
    "tests/performance": { ...evidence["tests/performance"], targets: { p99: "2s", requests: "1000" } },
    "code/documentation": { changelog: "../CHANGELOG.md", reason: "the rehearsal's shop has no manual" },
    ...(release.drilled ? { "database/rollback-script": fromManifest(drill) } : {}),
  };
}

function overridesOf({ staged, setAside, because }: TeamRelease, now: Date) {
  const items = [...(staged ? [] : stagingItems), ...setAside];
  return items.map((item) => ({
    item,
    by: roles.author.name,
    approvedBy: roles.reviewer.name,
    approvedAt: now.toISOString(),
    reason: because,
    until: new Date(now.getTime() + overrideMs).toISOString(),
  }));
}
