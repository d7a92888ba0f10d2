import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureToolchain, type Toolchain } from "../../tools/toolchain.ts";
import { descendantsOf, eventually, processes } from "../processes.ts";
import { Sandbox } from "./sandbox.ts";

let toolchain: Toolchain<"pulumi" | "random">;
beforeAll(async () => {
  toolchain = await ensureToolchain({ want: ["pulumi", "random"] });
});

describe("the engine with the language host and the random provider", () => {
  let sandbox: Sandbox;
  let password: string;
  beforeAll(async () => {
    sandbox = await Sandbox.of("secret", toolchain);
  });
  afterAll(async () => await sandbox.remove());

  it("previews a TypeScript program without a warning", async () => {
    const { all, exitCode } = await sandbox.pulumi("preview");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("RandomPassword database create");
    expect(all).not.toMatch(/warning|\$PATH/i);
  });

  it("makes a password that shows nowhere", async () => {
    const { all, exitCode } = await sandbox.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("password: [secret]");

    password = (await sandbox.pulumi("stack", "output", "password", "--show-secrets")).stdout;
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(password.replace(/[^A-Z]/g, "").length).toBeGreaterThanOrEqual(4);
    expect(all).not.toContain(password);
    expect(await everythingIn(join(sandbox.folder, "..", "state"))).not.toContain(password);
  });

  it("keeps it over refresh and the next update", async () => {
    const refreshed = await sandbox.pulumi("refresh", "--yes", "--skip-preview");
    expect(refreshed.exitCode, refreshed.all).toBe(0);
    const updated = await sandbox.pulumi("up", "--yes", "--skip-preview");
    expect(updated.all).toContain("2 unchanged");
    expect((await sandbox.pulumi("stack", "output", "password", "--show-secrets")).stdout).toBe(password);
    expect(await everythingIn(join(sandbox.folder, "..", "state"))).not.toContain(password);
  });

  it("makes a new one when what was asked for changes", async () => {
    await sandbox.pulumi("config", "set", "length", "40");
    const { all, exitCode } = await sandbox.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("1 replaced");
    expect((await sandbox.pulumi("stack", "output", "password", "--show-secrets")).stdout).toHaveLength(40);
  });

  it("refuses wrong inputs by name", async () => {
    await sandbox.pulumi("config", "set", "length", "3");
    const { all, exitCode } = await sandbox.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(all).toContain("length 3 is less than the 4 characters asked for");
    await sandbox.pulumi("config", "set", "length", "40");
  });

  it("refuses a type that the stand-in does not make, in a sentence", async () => {
    await sandbox.pulumi("config", "set", "pet", "true");
    const { all, exitCode } = await sandbox.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(all).toContain("Greenlight's stand-in for the random provider makes RandomPassword");
    expect(all).toContain("not random:index/randomPet:RandomPet");
    expect(all).toContain("pulumi plugin install resource random");
    await sandbox.pulumi("config", "rm", "pet");
  });

  it("tells a program's own error with its exit", async () => {
    await sandbox.pulumi("config", "set", "length", "many");
    const { all, exitCode } = await sandbox.pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(all).toContain("'many' is not a valid number");
    await sandbox.pulumi("config", "set", "length", "40");
  });

  it("takes everything down", async () => {
    const { all, exitCode } = await sandbox.pulumi("destroy", "--yes", "--skip-preview");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("2 deleted");
  });

  it("tells about itself and its program", async () => {
    const about = JSON.parse((await sandbox.pulumi("about", "--json")).stdout);
    expect(about.runtime.version).toBe(process.versions.node);
  });
});

describe("an engine that ends in the middle of a step", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.of("killed", toolchain);
  });
  afterAll(async () => await sandbox.remove());

  it("by kill -9: leaves no language host, program, provider or program of a provider behind", async () => {
    const engine = startUpdate(sandbox);
    const family = await eventually("a step to be under way", async () => {
      const now = await descendantsOf(engine.pid);
      return now.some(({ command }) => command === "sleep 600") ? now : undefined;
    });
    for (const part of ["pulumi-language-nodejs", "cmd/run/index.js", "random/start.mjs", "waiting/main.ts"]) {
      expect(
        family.filter(({ command }) => command.includes(part)),
        part,
      ).not.toEqual([]);
    }

    process.kill(engine.pid, "SIGKILL");
    await engine.ended;
    await eventually("everything to be gone", async () => {
      const alive = await processes();
      const left = family.filter((member) =>
        alive.some(({ pid, command }) => pid === member.pid && command === member.command),
      );
      return left.length === 0 ? true : undefined;
    });
    // The lock that the killed engine left is for a person to remove.
    await sandbox.pulumi("cancel", "--yes");
  });

  it("by two Ctrl-C: ends within its own time and leaves nothing behind", async () => {
    const engine = startUpdate(sandbox);
    const family = await eventually("a step to be under way", async () => {
      const now = await descendantsOf(engine.pid);
      return now.some(({ command }) => command === "sleep 600") ? now : undefined;
    });
    process.kill(engine.pid, "SIGINT");
    await eventually("the engine to say that it was cancelled", async () =>
      (await engine.output()).includes("cancel") ? true : undefined,
    );
    process.kill(engine.pid, "SIGINT");
    await engine.ended;
    await eventually("everything to be gone", async () => {
      const alive = await processes();
      return family.every(
        (member) => !alive.some(({ pid, command }) => pid === member.pid && command === member.command),
      )
        ? true
        : undefined;
    });
  });
});

function startUpdate(sandbox: Sandbox): { pid: number; ended: Promise<unknown>; output: () => Promise<string> } {
  let said = "";
  const child = execFile(
    "pulumi",
    ["up", "--yes", "--skip-preview", "--non-interactive", "--color=never"],
    { cwd: sandbox.folder, env: sandbox.env },
    () => undefined,
  );
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: string) => (said += text));
  const { pid } = child;
  if (pid === undefined) throw new Error("pulumi could not be started");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { pid, ended, output: async () => said };
}

async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "utf8")));
  return texts.join("\n");
}

it("the language host refuses to be started by hand, in a sentence", async () => {
  const { stderr, exitCode } = await execa(toolchain.pulumi.languageHost, [], { reject: false });
  if (toolchain.pulumi.source === "installed") return;
  expect(exitCode).toBe(1);
  expect(stderr).toContain("is started by the pulumi engine");
});
