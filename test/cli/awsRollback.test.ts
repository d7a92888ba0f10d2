import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rollbackCommand } from "../../cli/commands/rollback.ts";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { settings } from "../components/aws/shop.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import type { Project } from "./project.ts";
import { Told } from "./told.ts";

// The engine is dead here: its state is at a place that is not there. What it does after that is in test/engine/aws.test.ts.

describe("a rollback on AWS while the engine is dead", { timeout: 60_000 }, () => {
  let cloud: Cloud;
  let balancer: Balancer;
  let project: Project;
  let told: Told;
  const backend = process.env.PULUMI_BACKEND_URL;

  beforeEach(async () => {
    cloud = await Cloud.start();
    balancer = new Balancer(cloud, "green");
    tasksRun(cloud, { blue: "v1", green: "v2" });
    project = awsProject("green");
    told = new Told();
    process.env.PULUMI_BACKEND_URL = "file:///nobody/keeps/state/here";
  });
  afterEach(async () => {
    if (backend === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = backend;
    project.remove();
    await cloud.end();
  });

  const options = (more: object = {}) => ({
    project: project.dir,
    json: true,
    yes: true,
    reason: "checkout fails",
    database: "keep" as const,
    ...more,
  });
  const rollBack = (more?: object) => rollbackCommand(options(more), told, new AbortController().signal);
  const failed = () => rollBack().catch((error: unknown) => error);
  const blue = { api: { blue: 100, green: 0 }, web: { blue: 100, green: 0 } };
  const green = { api: { blue: 0, green: 100 }, web: { blue: 0, green: 100 } };

  it("moves every rule back, says what serves as read, and what is left to do", async () => {
    const { exitCode, json, text } = await rollBack();
    expect(balancer.weights).toEqual(blue);
    expect(json).toMatchObject({
      ok: true,
      reason: "checkout fails",
      from: { environment: "green", version: "v2" },
      to: { environment: "blue", version: "v1" },
      move: { from: "green", to: "blue" },
      database: "kept",
      stateInLine: false,
      verified: { health: "4 of 4 instances", passed: true },
      serving: { environment: "blue", version: "v1" },
    });
    expect(exitCode).toBe(0);
    expect(text).toContain("Pulumi's state is not in line yet: run `pulumi up` when the engine is back.");
    expect(told.texts.join("\n")).toContain("traffic is back, but Pulumi's state could not be brought in line");
    expect(readFileSync(join(project.dir, "Pulumi.prod.yaml"), "utf8")).toMatch(/shop:live: "?blue/);
  });

  describe("of a service that scales by load", () => {
    beforeEach(() => {
      project.remove();
      const { api, web } = settings.aws.services;
      project = awsProject("green", {
        aws: { ...settings.aws, services: { api, web: { ...web, scaling: { most: 12 } } } },
      });
      const desired: Record<string, number> = { "prod-green-web": 6, "prod-green-api": 6 };
      cloud.answers("DescribeServices", ({ services }) => ({
        services: (services as string[]).map((serviceName) => ({
          serviceName,
          status: "ACTIVE",
          desiredCount: desired[serviceName] ?? 2,
        })),
      }));
    });
    const raised = () => cloud.asked.filter(({ operation }) => operation === "UpdateService").map(({ input }) => input);

    it("raises it to the size of the side that served, and waits with nothing for that", async () => {
      cloud.answers("UpdateService", { service: {} });
      expect((await rollBack()).exitCode).toBe(0);
      expect(balancer.weights).toEqual(blue);
      expect(raised()).toEqual([{ cluster: "prod", service: "prod-blue-web", desiredCount: 6 }]);
      expect(told.texts.join("\n")).toContain("blue is raised to the size of green: web from 2 to 6 tasks");
    });

    it("moves traffic all the same when ECS refuses", async () => {
      cloud.answers("UpdateService", { error: "AccessDeniedException", message: "not authorized" });
      expect((await rollBack()).exitCode).toBe(0);
      expect(balancer.weights).toEqual(blue);
      expect(told.texts.join("\n")).toContain("whether blue has tasks enough could not be asked: not authorized");
    });
  });

  it("is in the journal like any rollback", async () => {
    await rollBack();
    const { records } = new JournalFile(openContext(options())).read();
    expect(records.find(({ type }) => type === "rollback")).toMatchObject({
      version: "v2",
      to: "blue",
      toVersion: "v1",
      fromVersion: "v2",
      reason: "checkout fails",
      database: "kept",
    });
  });

  it("goes back though a target of the old side is sick, and says so before", async () => {
    balancer.healthy["prod-blue-web"] = 1;
    const { exitCode, json } = await rollBack();
    expect(balancer.weights).toEqual(blue);
    expect(told.texts[0]).toBe(
      "not every target of blue is healthy (web: 10.0.0.2 is unhealthy: Health checks failed)",
    );
    expect(json.verified).toMatchObject({ health: "3 of 4 instances", passed: false });
    expect(exitCode).toBe(7);
  });

  it("leaves traffic where it is when the old side has no healthy target at all", async () => {
    balancer.healthy["prod-blue-web"] = 0;
    expect(String(await failed())).toContain("There is no way back: blue has no healthy target for web");
    expect(balancer.weights).toEqual(green);
  });

  it("says of a side that is stopped how it is started, and leaves traffic where it is", async () => {
    project.remove();
    project = awsProject("green", { aws: { ...settings.aws, stopped: "v1" } });
    balancer.healthy["prod-blue-web"] = 0;
    const said = String(await failed());
    expect(said).toContain("There is no way back in seconds: blue v1 is stopped (aws.stopped)");
    expect(said).toContain("`greenlight switch blue` starts it, asks its gates and then moves traffic");
    expect(balancer.weights).toEqual(green);
  });

  it("goes back though nobody says which versions run, and how healthy the old side is", async () => {
    for (const action of ["DescribeServices", "DescribeTargetHealth"]) {
      cloud.answers(action, { error: "AccessDeniedException", message: "not authorized" });
    }
    const { json } = await rollBack();
    expect(balancer.weights).toEqual(blue);
    expect(json.to).toEqual({ environment: "blue", version: "v1" });
    expect(told.texts[0]).toContain("the health of blue could not be read: AWS did not tell the health");
    expect(json.verified.passed).toBe(false);
  });

  it("tells what really runs, not what the settings say", async () => {
    tasksRun(cloud, { blue: "v3", green: "v2" });
    expect((await rollBack()).json.to).toEqual({ environment: "blue", version: "v3" });
  });

  it("takes weights that somebody shared back to the side that the settings do not ask for", async () => {
    balancer.weights.web = { blue: 30, green: 70 };
    const { json } = await rollBack();
    expect(balancer.weights).toEqual(blue);
    expect(json.from).toEqual({ environment: "green", version: "v2" });
  });

  it("says with exit code 7 what serves when a rule could not be moved", async () => {
    balancer.writes((service) => (service === "web" ? "AccessDenied" : undefined));
    expect(await failed()).toMatchObject({
      exitCode: 7,
      where: "served: api by blue 100 %; web by green 100 %",
      next: expect.stringContaining("run the same command again"),
    });
  });

  it("refuses to take the database back, before anything is moved", async () => {
    await expect(rollBack({ database: "snapshot" })).rejects.toMatchObject({ exitCode: 2 });
    await expect(rollBack({ reason: " " })).rejects.toMatchObject({ exitCode: 2 });
    expect(balancer.weights).toEqual(green);
  });
});
