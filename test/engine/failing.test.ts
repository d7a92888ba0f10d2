import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerAt, processesOf, supervisorsOf } from "./observe.ts";
import { Project, type Ran } from "./project.ts";
import { behave, serviceSettings, writeService } from "./service.ts";

const first = 26820;
let project: Project;

beforeAll(async () => {
  project = await Project.make({
    ...serviceSettings(first),
    services: { api: { port: first, instances: 2, drain: "1s", start: "3s" } },
    gates: { successes: 2, interval: "50ms", deadline: "2s" },
  });
  await writeService(project, ["v1", "v2", "v3", "v4"]);
  const ran = await up();
  expect(ran.exitCode, ran.text).toBe(0);
});
afterAll(async () => await project?.remove());

function up(): Promise<Ran> {
  return project.run("up", "--skip-preview");
}

/** Whatever happens to a candidate: users are served by the live version. */
async function liveServes(): Promise<void> {
  expect(await answerAt(first)).toEqual({ status: 200, version: "v1", environment: "blue" });
}

async function incarnations(): Promise<unknown[]> {
  const all = await Promise.all(
    ["green-api-1", "green-api-2"].map((name) => project.resource("local:ServiceInstance", name)),
  );
  return all.map((it) => it?.outputs?.incarnation);
}

describe.sequential("a candidate that a gate refuses", () => {
  let started: unknown[];

  it("fails the update with what was seen, and traffic stays", async () => {
    await behave(project, "v2", "sick");
    await project.set({ green: "v2" });
    const ran = await up();
    expect(ran.exitCode).not.toBe(0);
    expect(ran.text).toContain("Health gate: 2 of 2 instances of green v2 did not answer well 2 times in a row");
    expect(ran.text).toContain("status 503, expected 200");
    expect(ran.text).toContain("No traffic was moved.");
    expect(ran.text).not.toMatch(/\n\s+at /);
    await liveServes();
    expect(await project.resource("index:HealthGate", "green-health")).toBeUndefined();
    expect(await project.resource("index:SmokeGate", "green-smoke")).toBeUndefined();
    started = await incarnations();
  });

  it("cannot be switched to", async () => {
    await project.set({ live: "green" });
    const ran = await up();
    expect(ran.exitCode).not.toBe(0);
    await liveServes();
    await project.set({ live: "blue" });
  });

  it("is tried again from the gate on, without starting anything anew", async () => {
    const ran = await up();
    expect(ran.exitCode).not.toBe(0);
    expect(ran.text).toContain("Health gate: 2 of 2");
    expect(await incarnations()).toEqual(started);
    await liveServes();
  });

  it("passes once it is mended, and goes on to the next gate", async () => {
    await behave(project, "v2", "smoke-fails");
    const ran = await up();
    expect(ran.exitCode).not.toBe(0);
    expect(ran.changes).toContain("create HealthGate green-health");
    expect(ran.text).toContain("Smoke gate: node smoke.js failed against green v2: exit code 3");
    expect(ran.text).toContain("the basket is empty");
    expect(await project.resource("index:SmokeGate", "green-smoke")).toBeUndefined();
    await liveServes();

    await behave(project, "v2", "well");
    const mended = await up();
    expect(mended.exitCode, mended.text).toBe(0);
    expect(mended.changes).toEqual(["create SmokeGate green-smoke"]);
    expect(await incarnations()).toEqual(started);
    await liveServes();
  });
});

describe.sequential("a candidate that does not start", () => {
  it("fails the update with its log, and leaves no process of it", async () => {
    await behave(project, "v3", "never-listens");
    await project.set({ green: "v3" });
    const ran = await up();
    expect(ran.exitCode).not.toBe(0);
    expect(ran.text).toMatch(/api v3 in green does not listen on port \d+ after 3 s/);
    await liveServes();
    expect(await supervisorsOf(project)).toEqual(["blue-api-1.pid", "blue-api-2.pid", "proxy.pid"]);
    expect((await processesOf(project)).some((it) => it.command.includes("green-api"))).toBe(false);
  });

  it("makes way for a fixed one under a new version", async () => {
    await project.set({ green: "v4" });
    const ran = await up();
    expect(ran.exitCode, ran.text).toBe(0);
    await liveServes();
    await project.set({ live: "green" });
    const switched = await up();
    expect(switched.exitCode, switched.text).toBe(0);
    expect(switched.changes).toEqual(["update Release release", "update Traffic traffic"]);
    expect(await answerAt(first)).toEqual({ status: 200, version: "v4", environment: "green" });
  });

  it("leaves the old side to be retired by a later update, which leaves what serves alone", async () => {
    await project.set({ blue: undefined });
    const ran = await up();
    expect(ran.exitCode, ran.text).toBe(0);
    expect(ran.changes).toContain("delete ServiceInstance blue-api-1");
    expect(await supervisorsOf(project)).toEqual(["green-api-1.pid", "green-api-2.pid", "proxy.pid"]);
    expect(await answerAt(first)).toMatchObject({ version: "v4" });
  });
});
