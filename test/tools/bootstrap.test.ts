import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modulesAreCurrent, nodeComplaint } from "../../tools/requirements.mjs";
import { root, temporaryFolder } from "./sandbox.ts";

describe("the first step of npm run", () => {
  it.each(["20.12.0", "20.20.2", "22.0.0", "24.1.0"])("accepts Node %s", (version) => {
    expect(nodeComplaint(version)).toBeUndefined();
  });

  it.each(["20.11.1", "18.20.0", "16.0.0"])("refuses Node %s and says which it needs", (version) => {
    expect(nodeComplaint(version)).toContain(`needs Node 20.12 or newer; this is ${version}`);
  });

  it("takes the packages that are installed here as they are", () => {
    expect(modulesAreCurrent()).toBe(true);
  });

  it("names its steps when asked for another", async () => {
    const { exitCode, stderr } = await execa("node", [join(root, "tools/bootstrap.mjs"), "deploy"], { reject: false });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("rehearse|bench|test|test:all");
  });
});

describe("the packages of a fresh clone", () => {
  let clone: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder: clone, remove } = await temporaryFolder("clone"));
    await mkdir(join(clone, "tools"));
    await copyFile(join(root, "tools/requirements.mjs"), join(clone, "tools/requirements.mjs"));
    await declare("1.0.0");
  });
  afterAll(async () => await remove());

  async function declare(version: string): Promise<void> {
    const project = { name: "clone", version, dependencies: { part: "file:part" } };
    const part = { name: "part", version: "1.0.0" };
    await mkdir(join(clone, "part"), { recursive: true });
    await writeFile(join(clone, "part/package.json"), JSON.stringify(part));
    await writeFile(join(clone, "package.json"), JSON.stringify(project));
    const packages = { "": project, part, "node_modules/part": { resolved: "part", link: true } };
    const lock = { name: "clone", version, lockfileVersion: 3, requires: true, packages };
    await writeFile(join(clone, "package-lock.json"), JSON.stringify(lock));
  }

  function install(env: Record<string, string> = {}) {
    const script = 'process.exitCode = await (await import("./tools/requirements.mjs")).installModules();';
    return execa(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: clone,
      env: { npm_execpath: "", ...env },
      stdin: "ignore",
      reject: false,
    });
  }

  it("shows what npm says when it fails, and takes nothing for installed", async () => {
    await writeFile(join(clone, "package-lock.json"), "{ not JSON");
    const { exitCode, stderr } = await install();
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/npm ci failed with exit code \d+:\n.*npm err/is);
    expect(stderr).toContain("Next:");
    await declare("1.0.0");
  });

  it("are installed once by two runs at the same time", async () => {
    const runs = await Promise.all([install(), install()]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(runs.filter(({ stderr }) => stderr.includes("installed the packages"))).toHaveLength(1);
    expect(await readFile(join(clone, "node_modules/.greenlight-lock"), "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it("are left alone while package-lock.json stays, and installed anew when it changes", async () => {
    expect((await install()).stderr).toBe("");
    await declare("1.0.1");
    expect((await install()).stderr).toContain("installed the packages");
  });

  it("are installed by the next run when one was killed at it", async () => {
    await declare("1.0.2");
    const dead = 2 ** 30;
    await mkdir(join(clone, ".greenlight/npm-ci.lock"), { recursive: true });
    await writeFile(join(clone, ".greenlight/npm-ci.lock/pid"), String(dead));
    expect((await install()).exitCode).toBe(0);
  });
});
