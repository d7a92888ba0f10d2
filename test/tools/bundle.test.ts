import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { execa } from "execa";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { bundled, freshBundle, runner } from "../../tools/bundled.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the bundle of these sources", () => {
  beforeAll(bundle, 120_000);

  it("is made once: a second time it is there", async () => {
    expect(freshBundle()).toMatch(/dist\/[0-9a-f]{12}$/);
    expect(await bundle()).toBe("there");
  });

  it("has every part that is started", () => {
    for (const source of ["cli/main.ts", "index.ts", "provider/main.ts", "tools/random/standin.ts", runner]) {
      expect(bundled(source), source).toMatch(/\/dist\/[0-9a-f]{12}\/[a-z-]+\.mjs$/);
    }
    expect(bundled("config.ts")).toBeUndefined();
  });

  const run = (args: string[], env: Record<string, string> = {}) =>
    execa(process.execPath, [join(root, "cli", "bin.mjs"), ...args], {
      reject: false,
      stdin: "ignore",
      env,
      all: true,
    });

  it.each([
    ["the version", ["--version"]],
    ["the help", ["--help"]],
    ["the help of a command", ["release", "--help"]],
    ["a stack that is not named", ["status"]],
    ["a check, with its readers and rules", ["check", "v1.2.0", "--stack", "rehearsal", "--json"]],
  ])("says what the sources say: %s", async (_, args) => {
    const [fast, slow] = [await run(args), await run(args, { GREENLIGHT_FROM_SOURCES: "1" })];
    const timeless = (text: string | undefined) => (text ?? "").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
    expect(timeless(fast.all)).toBe(timeless(slow.all));
    expect(fast.exitCode).toBe(slow.exitCode);
    expect(fast.all).not.toBe("");
  });
});

describe("a bundle", () => {
  let folder: string;
  const find = async (env: Record<string, string> = {}) => {
    const { stdout } = await execa(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { bundled, freshBundle, runner } from ${JSON.stringify(pathToFileURL(join(folder, "tools/bundled.mjs")).href)}; console.log(bundled("cli/main.ts"))`,
      ],
      { env },
    );
    return stdout;
  };
  const source = () => join(folder, "source.ts");

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "greenlight-bundle-")));
    mkdirSync(join(folder, "tools"));
    mkdirSync(join(folder, "dist", "abc"), { recursive: true });
    cpSync(join(root, "tools", "bundled.mjs"), join(folder, "tools", "bundled.mjs"));
    writeFileSync(join(folder, "dist", "abc", "cli-main.mjs"), "");
    writeFileSync(source(), "1");
    utimesSync(source(), 1000, 1000);
    writeFileSync(
      join(folder, "dist", "current.json"),
      JSON.stringify({ folder: "abc", sources: [["source.ts", 1, 1_000_000]] }),
    );
    return () => rmSync(folder, { recursive: true });
  });

  it("is used while its sources are what they were", async () => {
    expect(await find()).toBe(join(folder, "dist", "abc", "cli-main.mjs"));
  });

  it.each<[string, () => void]>([
    ["a source is longer", () => writeFileSync(source(), "12")],
    ["a source was written again", () => utimesSync(source(), 1001, 1001)],
    ["a source is gone", () => rmSync(source())],
    ["the bundle itself is gone", () => rmSync(join(folder, "dist", "abc"), { recursive: true })],
    ["its list is cut off", () => writeFileSync(join(folder, "dist", "current.json"), '{"folder": "a')],
    ["its list is something else", () => writeFileSync(join(folder, "dist", "current.json"), "[]")],
    ["nothing was bundled", () => rmSync(join(folder, "dist"), { recursive: true })],
  ])("is not used, and the sources are, when %s", async (_, spoil) => {
    spoil();
    expect(await find()).toBe("undefined");
  });

  it("is not used where GREENLIGHT_FROM_SOURCES is set", async () => {
    expect(await find({ GREENLIGHT_FROM_SOURCES: "1" })).toBe("undefined");
  });
});
