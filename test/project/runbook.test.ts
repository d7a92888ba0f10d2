import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunbookOptions, runbookCommand } from "../../cli/commands/runbook.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { manifestText, version } from "../checklist/day/gathering.ts";

let project: string;
const file = () => join(project, "releases", `${version}.runbook.md`);
const stackFile = (...more: string[]) =>
  writeFileSync(
    join(project, "Pulumi.prod.yaml"),
    [
      "config:",
      "  shop:live: blue",
      "  shop:blue: v1.2.2",
      "  shop:services: { api: { port: 8080 } }",
      ...more,
      "",
    ].join("\n"),
  );
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "greenlight-runbook-"));
  mkdirSync(join(project, "releases"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(project, "releases", `${version}.yaml`), manifestText("onCall: { name: Ann }"));
  stackFile();
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const run = (more: Partial<RunbookOptions> = {}) =>
  runbookCommand({ project, json: false, yes: false, release: version, check: false, ...more });

describe("greenlight runbook", () => {
  it("writes it, and says that it is there the next time", async () => {
    const first = await run();
    expect(first).toMatchObject({ exitCode: exitCodes.ok, json: { ok: true, state: "written" } });
    const text = readFileSync(file(), "utf8");
    expect(text).toContain("# Runbook: v1.2.3 on prod");
    expect(text).toContain(`sha256:${first.json.digest}`);
    expect(await run()).toMatchObject({ exitCode: exitCodes.ok, json: { state: "current" } });
    expect(readFileSync(file(), "utf8")).toBe(text);
  });

  it("takes the manifest's path as well as the version", async () => {
    expect(await run({ release: `releases/${version}.yaml` })).toMatchObject({ json: { version, state: "written" } });
  });

  it("keeps the notes when it is written anew", async () => {
    await run();
    writeFileSync(file(), `${readFileSync(file(), "utf8")}\nCall the bank first.\n`);
    expect((await run({ check: true })).json.state).toBe("current");
    stackFile("  shop:watch: { for: 15m }");
    expect((await run()).json.state).toBe("written");
    expect(readFileSync(file(), "utf8")).toMatch(/--for 15m[\s\S]*Call the bank first\./);
  });

  it("--check writes nothing, and its exit code says whether it is what the plan gives", async () => {
    expect(await run({ check: true })).toMatchObject({
      exitCode: exitCodes.refused,
      json: { ok: false, state: "missing" },
    });
    expect(() => readFileSync(file())).toThrow(/ENOENT/);
    await run();
    expect(await run({ check: true })).toMatchObject({ exitCode: exitCodes.ok, json: { ok: true, state: "current" } });
    writeFileSync(join(project, "releases", `${version}.yaml`), manifestText("onCall: { name: Bob }"));
    expect(await run({ check: true })).toMatchObject({ exitCode: exitCodes.refused, json: { state: "out of date" } });
    await run();
    writeFileSync(file(), readFileSync(file(), "utf8").replace("Bob", "Eve"));
    expect(await run({ check: true })).toMatchObject({ exitCode: exitCodes.refused, json: { state: "edited" } });
  });

  it("is not written through a link that leads elsewhere", async () => {
    const elsewhere = join(project, "elsewhere");
    writeFileSync(elsewhere, "untouched");
    symlinkSync(elsewhere, file());
    await expect(run()).rejects.toThrow(/is no plain file/);
    expect(readFileSync(elsewhere, "utf8")).toBe("untouched");
  });

  it("without a manifest says so", async () => {
    await expect(run({ release: "v9" })).rejects.toThrow(/no manifest of v9/);
  });
});
