import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { firstClosedToOthers, inspectToolchain } from "../../tools/doctor.ts";
import { inspectBin } from "../../tools/postgres.ts";
import { cacheFolder } from "../../tools/settings.ts";
import { ensureToolchain, findTool } from "../../tools/toolchain.ts";
import { temporaryFolder } from "./sandbox.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("search"));
});
afterAll(async () => await remove());

/** A machine with nothing on PATH but the programs given, which print what is given. */
async function machine(name: string, programs: Record<string, string>): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, name, "bin");
  await mkdir(bin, { recursive: true });
  for (const [program, output] of Object.entries(programs)) {
    await writeFile(join(bin, program), `#!/bin/sh\necho '${output}'\n`, { mode: 0o755 });
  }
  return { PATH: bin, HOME: join(folder, name), GREENLIGHT_CACHE: join(folder, name, "cache") };
}

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Problem);
  return outcome as Problem;
}

describe("the search for Pulumi", () => {
  it("takes an installed one that is new enough and has its language host", async () => {
    const env = await machine("new", { pulumi: "v3.230.1", "pulumi-language-nodejs": "" });
    const { pulumi, pathEntries } = await ensureToolchain({ want: ["pulumi"], env });
    expect(pulumi).toMatchObject({ source: "installed", version: "3.230.1", path: join(folder, "new/bin/pulumi") });
    expect(pathEntries).toEqual([join(folder, "new/bin")]);
  });

  it("finds one in ~/.pulumi/bin that is not on PATH", async () => {
    const env = await machine("home/.pulumi", { pulumi: "v3.240.0", "pulumi-language-nodejs": "" });
    const pulumi = await findTool("pulumi", { env: { ...env, PATH: "/nowhere", HOME: join(folder, "home") } });
    expect(pulumi).toMatchObject({ source: "installed", version: "3.240.0" });
  });

  it.each([
    ["an old one", { pulumi: "v3.100.0", "pulumi-language-nodejs": "" }, "is 3.100.0, older than 3.220.0"],
    ["one without a language host", { pulumi: "v3.259.0" }, "has no pulumi-language-nodejs beside it or on PATH"],
    ["one that is no Pulumi", { pulumi: "hello", "pulumi-language-nodejs": "" }, "does not tell its version"],
    ["none", {}, "it is not on PATH"],
    ["none and an old Go", { go: "go1.19.4" }, "is Go 1.19.4, older than 1.21.0"],
  ])("says what is wrong with %s, and what to install", async (name, programs, complaint) => {
    const env = await machine(name.replaceAll(" ", "-"), programs);
    const problem = await problemOf(ensureToolchain({ want: ["pulumi"], env }));
    expect(problem.message).toContain(complaint);
    expect(problem.next).toContain("install Pulumi 3.220.0 or newer");
    expect(problem.exitCode).toBe(exitCodes.missingTool);
  });

  it("asks before anything is downloaded, and takes no for an answer", async () => {
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return false;
    };
    const env = await machine("asked", {});
    await problemOf(ensureToolchain({ want: ["pulumi"], env, ask }));
    expect(questions).toEqual([expect.stringContaining("Download the official build")]);
    await problemOf(ensureToolchain({ want: ["pulumi"], env, ask, offline: true }));
    expect(questions).toHaveLength(1);
  });
});

describe("the search for Envoy and PostgreSQL", () => {
  const envoyIs = (version: string) => `envoy  version: 0123456789abcdef/${version}/Clean/RELEASE/BoringSSL`;
  const postgres = (version: string, client = version) => ({
    initdb: `initdb (PostgreSQL) ${version}`,
    pg_ctl: `pg_ctl (PostgreSQL) ${version}`,
    postgres: `postgres (PostgreSQL) ${version} (Some Linux ${version}-1)`,
    pg_dump: `pg_dump (PostgreSQL) ${client}`,
    pg_restore: `pg_restore (PostgreSQL) ${client}`,
    psql: `psql (PostgreSQL) ${client}`,
  });

  it("takes installed ones that are new enough", async () => {
    const env = await machine("installed", { envoy: envoyIs("1.31.2"), ...postgres("16.4") });
    expect(await findTool("envoy", { env })).toMatchObject({ source: "installed", version: "1.31.2" });
    expect(await findTool("postgres", { env })).toEqual({
      source: "installed",
      version: "16.4",
      major: 16,
      bin: join(folder, "installed/bin"),
    });
  });

  it.each([
    ["older than 1.30.0", { envoy: envoyIs("1.29.0") }],
    ["does not tell its version", { envoy: "what?" }],
    ["it is not on PATH", {}],
  ])("says of Envoy that %s, and how to get Python for a newer one", async (complaint, programs) => {
    const env = await machine(`envoy-${complaint}`.replaceAll(" ", "-"), programs);
    const { findings } = await inspectToolchain({ env });
    expect(findings.find(({ name }) => name === "envoy")).toMatchObject({
      state: "missing",
      note: expect.stringContaining(complaint),
      mend: expect.stringContaining("install Python 3 with pip"),
    });
  });

  it("is a problem where neither they nor Python are there", async () => {
    const env = { ...(await machine("bare", {})), GREENLIGHT_IGNORE_INSTALLED: "1" };
    const problem = await problemOf(ensureToolchain({ want: ["postgres"], env }));
    expect(problem.message).toContain("PostgreSQL is missing and cannot be installed: python3 is not on PATH.");
    expect(problem.next).toContain("install Python 3 with pip");
    expect(problem.next).toContain("install PostgreSQL 14 or newer, server and client");
    expect(problem.exitCode).toBe(exitCodes.missingTool);
  });

  it.each([
    ["a server without clients", { ...postgres("16.4"), pg_dump: "what?" }, "does not tell its version"],
    [
      "clients of another version",
      postgres("16.4", "15.2"),
      "mixes a server of version 16.4 with clients of version 15.2",
    ],
    ["an old one", postgres("13.9"), "is PostgreSQL 13.9, older than 14"],
  ])("does not take %s for a PostgreSQL, and says why", async (name, programs, complaint) => {
    const env = await machine(`postgres-${name}`.replaceAll(" ", "-"), programs);
    const bin = join(folder, `postgres-${name}`.replaceAll(" ", "-"), "bin");
    const state = await inspectBin(bin, { env });
    expect(state).toEqual({ complaint: `${bin} ${complaint}` });
  });

  it("tells a Python without pip from no Python", async () => {
    const env = { ...(await machine("no-pip", { python3: "no module named pip" })), GREENLIGHT_IGNORE_INSTALLED: "1" };
    const problem = await problemOf(ensureToolchain({ want: ["envoy"], env }));
    expect(problem.message).toContain("python3 has no pip");
  });

  it("stops where the cache cannot be made", async () => {
    const env = await machine("unwritable", { python3: "pip 24.0 from somewhere" });
    await writeFile(join(folder, "unwritable/a-file"), "");
    const blocked = {
      ...env,
      GREENLIGHT_CACHE: join(folder, "unwritable/a-file/cache"),
      GREENLIGHT_IGNORE_INSTALLED: "1",
    };
    const problem = await problemOf(ensureToolchain({ want: ["envoy"], env: blocked }));
    expect(problem.message).toContain("The folder for tools cannot be written.");
    expect(problem.next).toContain("GREENLIGHT_CACHE=/some/folder");
  });
});

describe("the doctor", () => {
  it("is content with a machine that has all tools, and lists where they are", async () => {
    const { ok, findings } = await inspectToolchain();
    expect(ok).toBe(true);
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["node", "npm", "pulumi", "envoy", "postgres", "random", "go", "python", "disk space"]),
    );
    for (const { state, note, mend } of findings) if (state !== "ready") expect([note, mend]).not.toContain(undefined);
  });

  it("names the folder that keeps other users out", async () => {
    const closed = join(folder, "closed");
    await mkdir(join(closed, "bin"), { recursive: true });
    await writeFile(join(closed, "bin/postgres"), "", { mode: 0o755 });
    await chmod(folder, 0o755);
    await chmod(closed, 0o755);
    expect(await firstClosedToOthers(join(closed, "bin/postgres"))).toBeUndefined();
    await chmod(closed, 0o700);
    expect(await firstClosedToOthers(join(closed, "bin/postgres"))).toBe(closed);
  });
});

describe("the folder for tools", () => {
  it("is the one named by GREENLIGHT_CACHE before all", () => {
    expect(cacheFolder({ GREENLIGHT_CACHE: "/some/where", XDG_CACHE_HOME: "/else", HOME: "/home/me" })).toBe(
      "/some/where",
    );
  });

  it.runIf(process.getuid?.() === 0)("is one that others can reach, for root", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/root/.cache", HOME: "/root" })).toBe("/var/cache/greenlight");
  });

  it.runIf(process.getuid?.() !== 0)("is in the user's own cache folder", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/else", HOME: "/home/me" })).toBe("/else/greenlight");
  });
});
