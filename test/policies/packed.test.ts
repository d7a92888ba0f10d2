import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { packNames, packPolicies } from "../../tools/packPolicies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = realpathSync(mkdtempSync(join(tmpdir(), "greenlight-packs-")));
const folder = (name: string) => join(home, name);

beforeAll(async () => {
  await packPolicies(home);
  // What `npm install` puts there for the packs' own dependencies, and nothing else of this repository.
  mkdirSync(join(home, "node_modules"));
  symlinkSync(join(root, "node_modules", "@pulumi"), join(home, "node_modules", "@pulumi"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

it("there is a pack for the checklist and one for stacks", () => {
  expect(packNames()).toEqual(["checklist", "stack-safety"]);
});

describe.each(packNames())("the bundled pack %s", (name) => {
  it("serves from a folder without the repository around", async () => {
    const pack = spawn(process.execPath, ["."], {
      cwd: folder(name),
      env: { PATH: process.env.PATH },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => pack.once("exit", resolve));
    try {
      const [port] = await Promise.race([
        createInterface({ input: pack.stdout })
          [Symbol.asyncIterator]()
          .next()
          .then(({ value }) => [value]),
        ended.then((code) => [`it ended with ${code}`]),
      ]);
      expect(Number(port), port).toBeGreaterThan(1023);
    } finally {
      pack.kill("SIGKILL");
      await ended;
    }
  });

  it("loads of the Pulumi SDK what a policy uses, and the rest for who asks for it", async () => {
    const script = `
      require("./index.cjs");
      const loaded = (part) => Object.keys(require.cache).some((path) => path.includes(part));
      const before = { output: loaded("/pulumi/output"), automation: loaded("/pulumi/automation/"), compiler: loaded("typescript") };
      const sdk = require("@pulumi/pulumi");
      const isSame = sdk.Output === require("@pulumi/pulumi/output").Output && sdk.asset === require("@pulumi/pulumi/asset");
      console.error(JSON.stringify({ ...before, isSame, rest: typeof sdk.automation.LocalWorkspace }));
      process.exit(0);`;
    const { stderr } = await execa(process.execPath, ["--eval", script], { cwd: folder(name) });
    expect(JSON.parse(stderr)).toEqual({
      output: true,
      automation: false,
      compiler: false,
      isSame: true,
      rest: "function",
    });
  });

  it("asks for exact versions of the policy SDK, and for nothing else", () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(folder(name), "package.json"), "utf8")));
    expect(Object.keys(dependencies)).toEqual(["@pulumi/policy", "@pulumi/pulumi"]);
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const required = readFileSync(join(folder(name), "index.cjs"), "utf8").matchAll(/require\("([^"]+)"\)/g);
    const foreign = [...required].map((it) => it[1] ?? "").filter((it) => !it.startsWith("node:"));
    expect(foreign.filter((it) => !it.startsWith("@pulumi/"))).toEqual([]);
  });

  it("holds what publishing takes along: bundle, pack file, pages and licences, but no path of this machine", async () => {
    const { stdout } = await execa("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--offline"], {
      cwd: folder(name),
    });
    const files = z.array(z.object({ files: z.array(z.object({ path: z.string() })) })).parse(JSON.parse(stdout));
    expect(files[0]?.files.map((it) => it.path).sort()).toEqual(
      [
        "LICENSES.txt",
        "PulumiPolicy.yaml",
        "docs/checklist.md",
        "docs/policies.md",
        "index.cjs",
        "package.json",
      ].sort(),
    );
    expect(readFileSync(join(folder(name), "index.cjs"), "utf8")).not.toContain(root);
    expect(readFileSync(join(folder(name), "LICENSES.txt"), "utf8")).toMatch(/^zod$/m);
  });
});

it("a pack is put in place whole: a failed bundling leaves no half of one", async () => {
  await expect(packPolicies(home, ["no-such-pack"])).rejects.toThrow();
  expect(existsSync(folder("no-such-pack"))).toBe(false);
});
