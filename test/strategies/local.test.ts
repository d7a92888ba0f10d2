import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { readPlatform, readServing } from "../../provider/local/serving.ts";
import { Project, root } from "../engine/project.ts";
import { serviceSettings, writeService } from "../engine/service.ts";
import { bySettings, followsEveryStrategy, type StrategyStack, testers } from "./suite.ts";

const port = 26_960;

let project: Project;
let stack: StrategyStack;

/** One update, as it must go. */
async function up(): Promise<void> {
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
}

beforeAll(async () => {
  project = await Project.make({ ...serviceSettings(port), testers });
  await writeService(project, ["v1", "v2"]);
  await up();
  await project.set({ green: "v2" });
  await up();
  stack = {
    async greenlight(...args) {
      const all = [join(root, "cli", "bin.mjs"), ...args, "--stack", project.stack, "--yes", "--json"];
      const { folder: cwd, env } = project;
      const options = { cwd, env, extendEnv: false, stdin: "ignore", reject: false, timeout: 150_000 } as const;
      const { exitCode, stdout, stderr } = await execa(process.execPath, all, options);
      return { exitCode, said: `${stderr}\n${stdout}` };
    },
    ...bySettings(project, up),
    address: `http://127.0.0.1:${port}/`,
    async weights() {
      const facts = readPlatform(project.dir);
      return facts === undefined ? undefined : (await readServing(facts)).weights.api;
    },
    async instances() {
      const running = readRecords(project.dir).filter(({ alive }) => alive);
      const of = (name: string) => running.filter(({ environment }) => environment === name).length;
      return { blue: of("blue"), green: of("green") };
    },
  };
}, 600_000);
afterAll(async () => await project?.remove(), 180_000);

describe.sequential("on this machine a stack", { timeout: 200_000 }, () => followsEveryStrategy(() => stack));
