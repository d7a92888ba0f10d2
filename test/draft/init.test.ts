import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { initReleaseCommand } from "../../cli/commands/init.ts";
import { readManifest } from "../../project/readManifest.ts";
import type { Problem } from "../../release/problem.ts";
import { Project, settings } from "../cli/project.ts";

let project: Project;
const database = "database: { port: 26900 }";

beforeEach(() => {
  project = new Project({ prod: settings({ more: [database] }) });
  git("init", "--quiet", "--initial-branch", "main");
});
afterEach(() => project.remove());

function git(...args: string[]): string {
  return execaSync(
    "git",
    ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", ...args],
    { cwd: project.dir },
  ).stdout;
}
function commit(subject: string, body = ""): string {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", subject, "--message", body);
  return git("rev-parse", "HEAD");
}
const init = (version: string) =>
  initReleaseCommand({ project: project.dir, json: false, yes: false, version }, new AbortController().signal);
const written = (version: string) => readFileSync(join(project.dir, "releases", `${version}.yaml`), "utf8");

const first = `version: v1.0.0
services:
  api: { directory: .., command: [node, "server-v1.0.0.js", "{port}"], env: { LEVEL: info } }
  retired: { command: [node] }
database: { tool: sql, directory: ../migrations-v1.0.0, rollback: ../rollback/v1.0.0.sql }
smoke: { directory: .., command: [node, smoke.js], timeout: 10s }
duration: 45m
team: payments
communication: { team: ["#deploys"], stakeholders: [sales] }
evidence:
  tests/unit: { files: [../reports/unit.xml], skipped: [{ test: a, reason: known to be slow }] }
  tests/e2e: { files: [../reports/gone.xml] }
overrides:
  - { item: tests/e2e, by: Ann, approvedBy: Bo, approvedAt: 2026-03-04T10:00:00Z, reason: known to be slow, until: 2026-03-04T12:00:00Z }
`;

describe("greenlight init release", () => {
  it("fills a manifest in from git and the last one, so that it can be read at once", async () => {
    project.write("releases/v1.0.0.yaml", first);
    for (const path of [
      "server-v1.0.0.js",
      "server-v1.1.0.js",
      "smoke.js",
      "migrations-v1.0.0/1.sql",
      "migrations-v1.1.0/1.sql",
      "rollback/v1.0.0.sql",
      "rollback/v1.1.0.sql",
      "reports/unit.xml",
      "CHANGELOG.md",
    ])
      project.write(path, "x");
    commit("first");
    git("tag", "--annotate", "v1.0.0", "--message", "v1.0.0");
    commit("feat: products have categories", "Closes #12");
    const head = commit("chore: tidy");
    const { json, text } = await init("v1.1.0");
    expect(json.missing).toEqual([]);
    expect(json.from[0]).toContain("2 commits since v1.0.0");
    expect(text).toContain("greenlight check v1.1.0");

    const { manifest } = readManifest(project.dir, "releases", "v1.1.0");
    const at = (path: string) => join(project.dir, path);
    expect(manifest).toMatchObject({
      version: "v1.1.0",
      commit: head,
      features: ["Products have categories"],
      issues: ["#12"],
      services: {
        api: { directory: at("."), command: ["node", "server-v1.1.0.js", "{port}"], env: { LEVEL: "info" } },
      },
      database: { tool: "sql", directory: at("migrations-v1.1.0"), rollback: at("rollback/v1.1.0.sql") },
      smoke: { command: ["node", "smoke.js"], timeout: 10_000 },
      duration: 45 * 60_000,
      team: "payments",
      communication: { team: ["#deploys"], stakeholders: ["sales"] },
      evidence: {
        "tests/unit": { files: ["../reports/unit.xml"], skipped: [{ test: "a", reason: "known to be slow" }] },
        "code/documentation": { changelog: "../CHANGELOG.md" },
      },
    });
    expect(Object.keys(manifest.services)).toEqual(["api"]);
  });

  it("takes over no override, no file that is gone, and no path of the last version that has no successor", async () => {
    project.write("releases/v1.0.0.yaml", first);
    project.write("rollback/v1.0.0.sql", "x");
    commit("first");
    await init("v1.1.0");
    const { manifest } = readManifest(project.dir, "releases", "v1.1.0");
    expect(manifest.overrides).toEqual([]);
    expect(manifest.evidence["tests/e2e"]).toBeUndefined();
    expect(manifest.services.api?.command).toContain("server-v1.0.0.js");
    expect(manifest.database).not.toHaveProperty("rollback");
  });

  it("never releases the last version's image again: the digest is left to say", async () => {
    project.write(
      "releases/v1.0.0.yaml",
      `version: v1.0.0\nservices: { api: { image: "shop/api@sha256:${"a".repeat(64)}" } }\nsmoke: { command: [node] }\n`,
    );
    const { json } = await init("v1.1.0");
    expect(json.missing.map((it) => it.path)).toEqual(["services.api.image"]);
    expect(written("v1.1.0")).not.toContain("aaaa");
  });

  it("follows the version below, not the newest", async () => {
    for (const version of ["v1.9.0", "v1.10.0", "v2.0.0"]) {
      project.write(
        `releases/${version}.yaml`,
        `version: ${version}\nservices: { api: { command: [node, of-${version}] } }\nsmoke: { command: [node] }\n`,
      );
    }
    await init("v1.11.0");
    expect(readManifest(project.dir, "releases", "v1.11.0").manifest.services.api?.command).toEqual([
      "node",
      "of-v1.10.0",
    ]);
  });

  it("says of a first release what only a person can say", async () => {
    project.write("package.json", '{ "scripts": { "test:smoke": "node smoke.js" } }');
    project.write("prisma/migrations/migration_lock.toml", "x");
    commit("first");
    const { json } = await init("v1.0.0");
    expect(json.missing.map((it) => it.path)).toEqual(["services.api.command"]);
    expect(written("v1.0.0")).toMatch(/command: \[npm, run, --silent, "?test:smoke"?\]/);
    expect(written("v1.0.0")).toMatch(/tool: prisma\n {2}directory: \.\.\/prisma\/migrations/);
  });

  it("puts reports under the items that their names tell, and names the others", async () => {
    for (const path of ["unit.xml", "k6.json", "scan/semgrep.sarif", "numbers.json", "notes.txt"])
      project.write(`reports/${path}`, "x");
    symlinkSync("/etc/hostname", join(project.dir, "reports", "e2e.xml"));
    project.write("releases/v1.0.0.yaml", first);
    const { json } = await init("v1.1.0");
    expect(json.untold).toEqual(["reports/numbers.json"]);
    const { evidence } = readManifest(project.dir, "releases", "v1.1.0").manifest;
    expect(evidence["tests/performance"]).toMatchObject({
      files: ["../reports/k6.json"],
      targets: { p95: 5_000, errorRate: 0.01 },
    });
    expect(evidence["tests/security"]?.files).toEqual(["../reports/scan/semgrep.sarif"]);
    expect(evidence["tests/e2e"]).toBeUndefined();
  });

  it("never overwrites", async () => {
    project.write("releases/v1.0.0.yaml", "mine");
    await expect(init("v1.0.0")).rejects.toMatchObject({
      exitCode: 2,
      happened: expect.stringContaining("is there already"),
    });
    expect(written("v1.0.0")).toBe("mine");
  });

  it.each(["../v1", "v1/../../x", "", "-x", "v 1", "x".repeat(64)])("refuses the version %j", async (version) => {
    await expect(init(version)).rejects.toMatchObject({ exitCode: 2 } satisfies Partial<Problem>);
    expect(existsSync(join(project.dir, "releases"))).toBe(false);
  });

  it("leads an editor to the schema: a copy beside the manifests, made once", async () => {
    await init("v1.0.0");
    expect(written("v1.0.0").split("\n")[0]).toBe("# yaml-language-server: $schema=./release-manifest.schema.json");
    const copy = join(project.dir, "releases", "release-manifest.schema.json");
    expect(readFileSync(copy, "utf8")).toContain("Greenlight release manifest");
    writeFileSync(copy, "mine");
    await init("v1.0.1");
    expect(readFileSync(copy, "utf8")).toBe("mine");
  });

  it("reads only commits that touch the project, where a repository has several", async () => {
    const inner = join(project.dir, "shop");
    for (const name of ["Pulumi.yaml", "Pulumi.prod.yaml"])
      project.write(`shop/${name}`, readFileSync(join(project.dir, name), "utf8"));
    commit("the shop's own");
    project.write("elsewhere.txt", "x");
    commit("of another project");
    await initReleaseCommand({ project: inner, json: false, yes: false, version: "v1" }, new AbortController().signal);
    expect(readFileSync(join(inner, "releases", "v1.yaml"), "utf8")).toMatch(
      /features:\n {2}- The shop's own\nservices/,
    );
  });

  it("works without git", async () => {
    const bare = new Project();
    try {
      const { json } = await initReleaseCommand(
        { project: bare.dir, json: false, yes: false, version: "v1" },
        new AbortController().signal,
      );
      expect(json.from[0]).toContain("no git repository");
    } finally {
      bare.remove();
    }
  });

  it("is not led astray by a tag or subject that looks like an option or a command", async () => {
    mkdirSync(dirname(join(project.dir, "a/b")), { recursive: true });
    commit("$(touch pwned)");
    git("tag", "v0.9.0");
    commit("--output=pwned");
    const { json } = await init("v1.0.0");
    expect(json.from[0]).toContain("1 commit since v0.9.0");
    expect(existsSync(join(project.dir, "pwned"))).toBe(false);
  });
});
