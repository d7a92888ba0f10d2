import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureToolchain, findTool } from "../../tools/toolchain.ts";
import { descendantsOf, eventually } from "../processes.ts";
import { root, temporaryFolder } from "./sandbox.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("cache"));
});
afterAll(async () => await remove());

/** An environment whose cache is empty and in which nothing counts as installed. */
async function emptyCache(name: string): Promise<{ env: NodeJS.ProcessEnv; cache: string }> {
  const cache = join(folder, name);
  await mkdir(cache);
  return { cache, env: { ...process.env, GREENLIGHT_CACHE: cache, GREENLIGHT_IGNORE_INSTALLED: "1" } };
}

function installPostgres(env: NodeJS.ProcessEnv): {
  child: ChildProcess;
  ended: Promise<number | null>;
  said: () => string;
} {
  const child = spawn(process.execPath, ["--import", "tsx", "tools/install.ts", "postgres"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  return { child, ended: new Promise((resolve) => child.once("close", resolve)), said: () => text };
}

describe("the cache of tools", () => {
  it("is filled once by two runs that start together on an empty one", async () => {
    const { env, cache } = await emptyCache("together");
    const runs = [installPostgres(env), installPostgres(env)];
    expect(await Promise.all(runs.map(({ ended }) => ended)), runs.map(({ said }) => said()).join("\n")).toEqual([
      0, 0,
    ]);

    const fetched = runs.filter(({ said }) => said().includes("fetching PostgreSQL"));
    expect(fetched).toHaveLength(1);
    expect(await readdir(cache)).toEqual([expect.stringMatching(/^postgres-18\.6\.3-/)]);

    const postgres = await findTool("postgres", { env });
    expect(postgres).toMatchObject({ source: "cache", major: 18, version: "18.6" });
  });

  it("goes on after an installation that was killed in the middle", async () => {
    const { env, cache } = await emptyCache("killed");
    const first = installPostgres(env);
    const { pid } = first.child;
    if (pid === undefined) throw new Error("the installation could not be started");
    const pip = await eventually("pip to work", async () => {
      const started = (await descendantsOf(pid)).find(({ command }) => command.includes("pip install"));
      return started !== undefined && (await readdir(cache)).some((name) => name.startsWith(".unfinished-"))
        ? started
        : undefined;
    });
    process.kill(pid, "SIGKILL");
    process.kill(pip.pid, "SIGKILL");
    await first.ended;
    expect(await findTool("postgres", { env })).toBeUndefined();

    const second = installPostgres(env);
    expect(await second.ended, second.said()).toBe(0);
    expect(await findTool("postgres", { env })).toMatchObject({ source: "cache", major: 18 });
    expect(await readdir(cache)).toEqual([expect.stringMatching(/^postgres-18\.6\.3-/)]);
  });

  it("notices a program that is not what was installed, and puts it there again", async () => {
    const env = { ...process.env, GREENLIGHT_CACHE: join(folder, "together"), GREENLIGHT_IGNORE_INSTALLED: "1" };
    const { postgres } = await ensureToolchain({ want: ["postgres"], env });
    await appendFile(join(postgres.bin, "psql"), "not what was installed");
    expect(await findTool("postgres", { env })).toBeUndefined();

    const lines: string[] = [];
    const mended = await ensureToolchain({ want: ["postgres"], env, progress: (line) => lines.push(line) });
    expect(lines.join("\n")).toContain("psql is not what was installed");
    expect(mended.postgres).toEqual(postgres);
    expect(await findTool("postgres", { env })).toEqual(postgres);
  });
});
