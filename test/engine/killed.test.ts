import { spawn } from "node:child_process";
import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { checkpointIn } from "../../cli/engine/checkpoint.ts";
import { descendantsOf, eventually, processes } from "../processes.ts";
import { answerAt, commandOf, portsInUse, supervisorsOf } from "./observe.ts";
import { Project } from "./project.ts";
import { behave, serviceSettings, writeService } from "./service.ts";

const first = 26940;
let project: Project;

beforeAll(async () => {
  project = await Project.make({
    ...serviceSettings(first),
    services: { api: { port: first, instances: 2, drain: "1s", start: "60s" } },
    gates: { successes: 2, interval: "50ms", deadline: "60s" },
  });
  await writeService(project, ["v1", "v2", "v3"]);
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
});
afterAll(async () => await project?.remove());

/** Starts an update, waits until it is where it shall die, and kills the engine. */
async function killUpdate(until: (said: string) => Promise<boolean>): Promise<void> {
  let said = "";
  const engine = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--color=never"], {
    cwd: project.folder,
    env: project.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [engine.stdout, engine.stderr]) stream.on("data", (text) => (said += String(text)));
  const ended = new Promise((resolve) => engine.once("exit", resolve));
  const { pid } = engine;
  if (pid === undefined) throw new Error("pulumi could not be started");
  await eventually("the update to be where it shall die", async () => {
    if (engine.exitCode !== null) throw new Error(`it ended before:\n${said}`);
    return (await until(said)) ? true : undefined;
  });
  const family = await descendantsOf(pid);
  const parts = ["pulumi-language-nodejs", "cmd/run/index.js", "provider"];
  for (const part of parts)
    expect(
      family.some(({ command }) => command.includes(part)),
      part,
    ).toBe(true);
  process.kill(pid, "SIGKILL");
  await ended;
  // What is kept running on purpose has a supervisor; everything else of the engine's goes with it.
  const engines = family.filter(({ command }) => !/supervise\.sh|server\.js|smoke\.js/.test(command));
  await eventually("the killed engine's programs and plugins to end", async () => {
    const alive = await processes();
    const left = engines.filter((it) => alive.some(({ pid, command }) => pid === it.pid && command === it.command));
    return left.length === 0 ? true : undefined;
  });
}

/** What the command does before it goes on: takes away the lock of the dead engine. */
async function goOn(): Promise<void> {
  const refused = await project.run("up", "--skip-preview");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.text).toMatch(/locked|currently/);
  await project.pulumi("cancel", project.stack, "--yes");
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
}

async function bothSidesStandOnce(): Promise<void> {
  const names = ["blue-api-1", "blue-api-2", "green-api-1", "green-api-2", "proxy"].map((name) => `${name}.pid`);
  expect(await supervisorsOf(project)).toEqual(names);
  expect(project.pidFiles().sort()).toEqual(names);
  for (const name of ["blue-api-1", "blue-api-2", "green-api-1", "green-api-2"]) {
    const { group } = await commandOf(project, name);
    const servers = (await processes()).filter((it) => it.group === group && !it.command.includes("supervise.sh"));
    expect(servers, name).toHaveLength(1);
  }
  const instances = (await portsInUse(first, 20)).filter((port) => port >= first + 5);
  expect(instances).toEqual([first + 5, first + 6, first + 7, first + 8]);
  const again = await project.run("up", "--skip-preview");
  expect(again.changes, again.text).toEqual([]);
}

describe.sequential("an engine killed with -9", () => {
  it("while it starts the candidate's instances: the next update ends well, nothing runs twice", async () => {
    await behave(project, "v2", "never-listens");
    await project.set({ green: "v2" });
    await killUpdate(async () => (await supervisorsOf(project)).filter((it) => it.startsWith("green")).length === 2);
    expect(await answerAt(first)).toMatchObject({ version: "v1" });
    await behave(project, "v2", "well");
    await goOn();
    await bothSidesStandOnce();
    expect(await answerAt(first)).toMatchObject({ version: "v1" });
  });

  it("while the health gate asks: the next update asks again", async () => {
    await behave(project, "v3", "sick");
    await project.set({ green: "v3" });
    await killUpdate(async (said) => /HealthGate green-health updating/.test(said));
    expect(await answerAt(first)).toMatchObject({ version: "v1" });
    await behave(project, "v3", "well");
    await goOn();
    await bothSidesStandOnce();
  });

  it("right after the switch began: the next update ends with the side that the settings name", async () => {
    await project.set({ live: "green" });
    await killUpdate(async (said) => /Release release updat/.test(said));
    expect((await answerAt(first)).status).toBe(200);
    await goOn();
    expect(await answerAt(first)).toEqual({ status: 200, version: "v3", environment: "green" });
    await bothSidesStandOnce();
  });

  it("before its state was written to the end: the command takes the state before, and goes on", async () => {
    const file = join(project.state, ".pulumi/stacks/greenlight", `${project.stack}.json`);
    await truncate(file);
    const refused = await project.run("preview");
    expect(refused.text).toContain("failed to load checkpoint");
    const { exitCode, stderr } = await project.greenlight(["switch", "blue", "--json"]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain("Pulumi's state could not be read (0 bytes)");
    expect(await answerAt(first)).toEqual({ status: 200, version: "v1", environment: "blue" });
    await bothSidesStandOnce();
    expect((await project.run("preview", "--expect-no-changes")).exitCode).toBe(0);
  });

  it("while it noted what its state is: the state stands, and the command goes on with it", async () => {
    const file = join(project.state, ".pulumi/stacks/greenlight", `${project.stack}.json`);
    const noted = async () =>
      z.array(z.unknown()).parse(checkpointIn(await readFile(file))?.checkpoint.latest?.resources);
    const before = await noted();
    await truncate(`${file}.attrs`);
    const refused = await project.run("preview");
    expect(refused.text).toContain("failed to load checkpoint");
    const { exitCode, stderr } = await project.greenlight(["switch", "blue", "--json"]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain("what the engine notes about its state could not be read");
    expect(await noted()).toHaveLength(before.length);
    expect((await project.run("preview", "--expect-no-changes")).exitCode).toBe(0);
  });

  it("and the stack can still be taken down without a rest", async () => {
    const ran = await project.run("destroy", "--skip-preview");
    expect(ran.exitCode, ran.text).toBe(0);
    expect(await supervisorsOf(project)).toEqual([]);
    expect(await portsInUse(first, 20)).toEqual([]);
  });
});
