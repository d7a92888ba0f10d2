import { readFileSync } from "node:fs";
import type { MigrationDigests } from "../../project/migrations/migrationDigests.ts";
import { maintenanceTimes } from "../../release/announcement.ts";
import type { JournalRecord } from "../../release/journalRecord.ts";

export const version = "v1.2.3";
const minute = 60_000;

/** ISO time so many minutes ago. */
export const ago = (minutes: number): string => new Date(Date.now() - minutes * minute).toISOString();
export const inAnHour = (): string => ago(-60);

const downtime = { from: ago(-30), until: ago(-60) };

/** The stack file: two versions, and a team that works at any hour, whatever time it is where the tests run. */
const stackFile = `config:
  shop:live: blue
  shop:blue: v1.2.2
  shop:green: v1.2.3
  shop:services: { api: { port: 8080 } }
  shop:database: { name: shop, user: shop }
  shop:calendar:
    teams:
      shop:
        zone: UTC
        windows: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", until: "24:00", late: true }]
`;

/** Files of v1.2.2, and what v1.2.3 changes of them. */
export function projectFiles(): readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>] {
  const plain = [
    "services: { api: { directory: .., command: [node, server.js] } }",
    "smoke: { directory: .., command: [npm, run, smoke] }",
  ];
  return [
    {
      "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
      "Pulumi.prod.yaml": stackFile,
      "server.js": "// the shop\n",
      "db/001_init.sql": "CREATE TABLE users (id integer, name varchar(20));\n",
      ".github/CODEOWNERS": "/db/ @berta\n# [Security]\n/server.js @berta\n",
      "CHANGELOG.md": "## 1.2.2\n- a shop\n",
      "docs/guide.md": "# Guide\n",
      "releases/v1.2.2.yaml": ["version: v1.2.2", ...plain, "database: { tool: sql, directory: ../db }", ""].join("\n"),
    },
    {
      "server.js": "// the shop, with coupons\n",
      "db/002_age.sql": "ALTER TABLE users ADD COLUMN age integer;\n",
      "undo/v1.2.3.sql": "ALTER TABLE users DROP COLUMN age;\n",
      "CHANGELOG.md": "## 1.2.3\n- coupons\n\n## 1.2.2\n- a shop\n",
      "docs/guide.md": "# Guide\n\nCoupons.\n",
    },
  ];
}

export function manifestLines(commit: string): string[] {
  const files = (item: string, ...names: string[]) =>
    `  ${item}: { files: [${names.map((name) => `../evidence/${name}`).join(", ")}] }`;
  return [
    `version: ${version}`,
    `commit: "${commit}"`,
    "features: [coupons]",
    'issues: ["#12"]',
    "services: { api: { directory: .., command: [node, server.js] } }",
    "database: { tool: sql, directory: ../db, rollback: ../undo/v1.2.3.sql }",
    "smoke: { directory: .., command: [npm, run, smoke] }",
    "communication: { team: ['#deploys'], stakeholders: [sales] }",
    `onCall: { name: Nora, acknowledgedAt: "${ago(20)}" }`,
    `downtime: { from: "${downtime.from}", until: "${downtime.until}" }`,
    "evidence:",
    files("code/review", "pull.json"),
    files("code/bugs", "issues.json"),
    "  code/documentation: { docs: [../docs/guide.md] }",
    files("tests/unit", "unit.xml"),
    files("tests/integration", "integration.xml"),
    files("tests/e2e", "e2e.xml"),
    "  tests/performance: { files: [../evidence/load.json], targets: { p95: 300ms } }",
    files("tests/security", "audit.json"),
    files("infrastructure/staging", "staging.json"),
    files("database/rollback-script", "drill.json"),
    "",
  ];
}

export interface Known {
  readonly base: string;
  readonly commit: string;
  /** Digest of the manifest. */
  readonly digest: string;
  readonly digests: MigrationDigests;
}

/** Evidence by file name, with the items that it is recorded for. */
export function evidenceFiles(
  it: Known,
): Readonly<Record<string, { readonly items: readonly string[]; readonly content: string }>> {
  const json = (value: object, ...items: string[]) => ({ items, content: JSON.stringify(value) });
  return {
    "pull.json": json(pullRequest(it), "code/review"),
    "issues.json": json(issues(), "code/bugs"),
    "unit.xml": { items: ["tests/unit"], content: junit(["adds", "pays"]) },
    "integration.xml": { items: ["tests/integration"], content: junit(["stores"]) },
    "e2e.xml": { items: ["tests/e2e"], content: junit(["buys"]) },
    "load.json": json(loadTest(), "tests/performance"),
    "audit.json": { items: ["tests/security"], content: sample("npm-audit/clean.json") },
    "staging.json": json(staging(it.digest), "infrastructure/staging"),
    "drill.json": json(drill(it), "database/rollback-script"),
  };
}

export function sample(path: string): string {
  return readFileSync(new URL(`../evidence/samples/${path}`, import.meta.url), "utf8");
}

/** JUnit XML of tests that pass; `inside` stands in the first of them. */
export function junit(names: readonly string[], { inside = "", totals = "" } = {}): string {
  const cases = names.map(
    (name, index) => `<testcase classname="shop" name="${name}">${index === 0 ? inside : ""}</testcase>`,
  );
  const said = totals === "" ? `tests="${names.length}" failures="0" errors="0" skipped="0"` : totals;
  return `<?xml version="1.0"?>\n<testsuites><testsuite name="shop" ${said}>${cases.join("")}</testsuite></testsuites>\n`;
}

/** A pull request of Emil's, approved by Berta at its head unless it is said. */
export function pullRequest(
  { base, commit }: Pick<Known, "base" | "commit">,
  review: object = {},
  pull: object = {},
): { pull: object; reviews: object[] } {
  return {
    pull: {
      number: 7,
      state: "open",
      draft: false,
      user: { login: "emil" },
      head: { sha: commit },
      base: { sha: base },
      ...pull,
    },
    reviews: [
      {
        user: { login: "berta", type: "User" },
        state: "APPROVED",
        commit_id: commit,
        submitted_at: ago(60),
        author_association: "MEMBER",
        ...review,
      },
    ],
  };
}

export function issues(...more: object[]): object[] {
  const issue = { number: 12, title: "Coupons", state: "closed", state_reason: "completed", labels: [] };
  return [issue, ...more];
}

export function staging(digest: string, over: object = {}): object {
  const gate = (name: string) => ({ gate: name, environment: "green", version, at: ago(90), passed: true });
  return {
    live: "green",
    versions: { blue: "v1.2.2", green: version },
    serving: { blue: 0, green: 100 },
    gates: [gate("health"), gate("smoke")],
    manifestDigests: { green: digest },
    ...over,
  };
}

export function drill({ commit, digests }: Pick<Known, "commit" | "digests">, over: object = {}): object {
  const step = (name: string) => ({ name, ok: true, ms: 20, saw: "as it should be" });
  return {
    kind: "rollback-script-drill",
    version,
    commit,
    at: ago(60),
    from: "v1.2.2",
    serverVersion: "16.4",
    undone: ["002_age.sql"],
    digests: { migrations: digests.migrations, script: digests.script ?? "" },
    steps: ["begin", "up", "down", "up again"].map(step),
    passed: true,
    differences: [],
    ...over,
  };
}

function loadTest(): object {
  const { start: _, finish: __, ...report } = JSON.parse(sample("autocannon/passing.json"));
  return report;
}

const told = { version, by: "ann", pid: 1 } as const;

/** An announcement that a channel took. */
export function announced(
  id: string,
  kind: "team" | "stakeholders" | "status-page" | "brief",
  to: string,
  minutes: number,
  over: Partial<Extract<JournalRecord, { type: "announcement" }>> = {},
): JournalRecord {
  const at = ago(minutes);
  const text = kind === "status-page" ? ["🔧 Planned maintenance", ...maintenanceTimes(downtime)].join("\n") : kind;
  const results = [{ channel: "deploys", to, ok: true, status: 200, response: "ok", at }];
  return { type: "announcement", id, at, ...told, kind, to: [to], text, results, ...over };
}

/** What serves, a drill of the way back, and everybody told. */
export function journalOf(): JournalRecord[] {
  return [
    { type: "switch", id: "0", at: ago(400), ...told, version: "v1.2.2", to: "blue", toVersion: "v1.2.2" },
    {
      type: "drill",
      id: "1",
      at: ago(200),
      ...told,
      version: "v1.2.2",
      kind: "rollback",
      passed: true,
      sentence: "back in 2 s",
    },
    announced("2", "team", "#deploys", 50),
    announced("3", "stakeholders", "sales", 49),
    announced("4", "status-page", "shop", 48),
    announced("5", "brief", "#deploys", 10),
  ];
}
