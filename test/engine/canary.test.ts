import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import { readPlatform } from "../../provider/local/serving.ts";
import { Project } from "./project.ts";
import { serviceSettings, writeService } from "./service.ts";

const first = 26840;
let project: Project;

beforeAll(async () => {
  project = await Project.make(serviceSettings(first));
  await writeService(project, ["v1", "v2"]);
});
afterAll(async () => await project?.remove());

async function weights() {
  const facts = readPlatform(project.dir);
  if (facts === undefined) throw new Error("nothing is deployed");
  return (await new EnvoyAdmin(facts.listen, facts.adminPort).allWeights(["api"])).api;
}

async function succeed(operation: "preview" | "up" | "refresh", ...args: string[]) {
  const ran = await project.run(operation, ...args);
  expect(ran.exitCode, ran.text).toBe(0);
  return ran;
}

const kind = async () => (await project.resource("index:Release", "release"))?.inputs?.kind;

describe.sequential("a canary walked by plain pulumi", () => {
  it("needs a candidate that an earlier update deployed", async () => {
    await succeed("up", "--skip-preview");
    await project.set({ share: "10" });
    const without = await project.run("preview");
    expect(without.exitCode).not.toBe(0);
    expect(without.text).toContain("greenlight:share is 10, but greenlight:green has no version that could get it");
    await project.set({ green: "v2" });
    const atOnce = await project.run("up", "--skip-preview");
    expect(atOnce.exitCode).not.toBe(0);
    expect(atOnce.text).toContain("v2 would be deployed to green and get 10 % of users' traffic in one update.");
    expect(await weights()).toEqual({ blue: 100, green: 0 });
  });

  it("shows a share as the release and one change of traffic, and gives it", async () => {
    await project.set({ share: undefined });
    await succeed("up", "--skip-preview");
    await project.set({ share: "10" });
    const { text } = await succeed("preview", "--diff");
    expect(text).toMatch(/~ weights +: \{\s+~ blue : 100 => 90\s+~ green: 0 => 10/);
    expect((await succeed("up", "--skip-preview")).changes).toEqual([
      "update Release release",
      "update Traffic traffic",
    ]);
    expect(await weights()).toEqual({ blue: 90, green: 10 });
    expect(await kind()).toBe("canary");
  });

  it("raises it", async () => {
    await project.set({ share: "50" });
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual({ blue: 50, green: 50 });
    expect(await kind()).toBe("promotion");
  });

  it("neither changes nor retires a candidate that has a share", async () => {
    await project.set({ green: undefined, share: undefined });
    const { exitCode, text } = await project.run("up", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(text).toContain("green takes users' traffic with v2");
    expect(await weights()).toEqual({ blue: 50, green: 50 });
    await project.set({ green: "v2", share: "50" });
  });

  it("keeps no share in a switch", async () => {
    await project.set({ live: "green" });
    const { exitCode, text } = await project.run("up", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(text).toContain("green would become live, and blue keep 50 % of users' traffic.");
    expect(await weights()).toEqual({ blue: 50, green: 50 });
  });

  it("ends with all traffic on the candidate", async () => {
    await project.set({ live: "green", share: undefined });
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await kind()).toBe("promotion");
  });

  it("goes back to nothing as a rollback", async () => {
    await project.set({ share: "20" });
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual({ blue: 20, green: 80 });
    await project.set({ share: undefined });
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await kind()).toBe("rollback");
  });
});
