import { afterAll, beforeAll, describe, expect } from "vitest";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { readPlatform, readServing } from "../../provider/local/serving.ts";
import { Project } from "../engine/project.ts";
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
      const { exitCode, stdout, stderr } = await project.greenlight([...args, "--json"]);
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
});
afterAll(async () => await project?.remove());

describe.sequential("on this machine a stack", () => followsEveryStrategy(() => stack));
