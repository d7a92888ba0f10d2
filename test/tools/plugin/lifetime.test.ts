import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningStandIn } from "../../engine/runningStandIn.ts";
import { descendantsOf, eventually, processes } from "../../processes.ts";
import { root, temporaryFolder } from "../sandbox.ts";

const program = join(root, "tools/kubernetes/pulumi-resource-kubernetes");

const gone = (pid: number | undefined) =>
  eventually("it to be gone", async () => ((await processes()).some((it) => it.pid === pid) ? undefined : true));

describe("a stand-in that no engine started", () => {
  it("ends with whoever started it, even when that is killed", async () => {
    const starts = `require("node:child_process").spawn(${JSON.stringify(program)}, { stdio: ["pipe", "inherit", "inherit"] })`;
    const starter = spawn(process.execPath, ["-e", starts], { stdio: ["ignore", "pipe", "inherit"] });
    await once(starter.stdout, "data"); // it listens
    const [standIn] = await descendantsOf(starter.pid ?? 0);
    expect(standIn?.command).toContain("kubernetes/start.mjs");
    starter.kill("SIGKILL");
    await gone(standIn?.pid);
  });
});

describe("the stand-in of a test", () => {
  let folder: string;
  let remove: () => Promise<void>;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder("plugins"));
    const { GREENLIGHT_IGNORE_INSTALLED: _, ...rest } = process.env;
    env = { ...rest, PULUMI_HOME: folder };
  });
  afterAll(async () => await remove?.());

  it("runs until it is ended", async () => {
    const running = await RunningStandIn.start("kubernetes", env);
    const [standIn] = (await descendantsOf(process.pid)).filter(({ command }) => command.includes("start.mjs"));
    expect(standIn?.command).toContain("kubernetes/start.mjs");
    await running?.end();
    await gone(standIn?.pid);
  });

  it("is none where the official plugin is installed, unless that is passed over", async () => {
    const installed = join(folder, "plugins/resource-kubernetes-v4.34.0");
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "pulumi-resource-kubernetes"), "#!/bin/sh\n");
    await chmod(join(installed, "pulumi-resource-kubernetes"), 0o755);
    expect(await RunningStandIn.start("kubernetes", env)).toBeUndefined();
    const ours = await RunningStandIn.start("kubernetes", { ...env, GREENLIGHT_IGNORE_INSTALLED: "1" });
    expect(ours?.port).toBeGreaterThan(0);
    await ours?.end();
  });
});
