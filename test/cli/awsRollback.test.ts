import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { rollbackCommand } from "../../cli/commands/rollback.ts";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { database, image as imageOf, settings } from "../components/aws/shop.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import type { Project } from "./project.ts";
import { Told } from "./told.ts";

// The engine is dead here: its state is at a place that is not there. What it does after that is in test/engine/aws.test.ts.

describe("a rollback on AWS while the engine is dead", () => {
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

  describe("with pages", () => {
    const ARN = "arn:aws:cloudfront::123456789012:key-value-store/0123abcd";
    let pages: { version: string; writes: number };
    beforeEach(() => {
      project.remove();
      const frontend = {
        builds: "dist",
        hosts: ["www.shop.example"],
        certificate: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
      };
      project = awsProject("green", { aws: { ...settings.aws, frontend } });
      pages = { version: "v2", writes: 0 };
      cloud.answers("GET /2020-05-31/key-value-store/prod-pages", { KeyValueStore: { Name: "prod-pages", ARN } });
      cloud.answers("DescribeKeyValueStore", () => ({ KvsARN: ARN, ETag: `E${pages.writes}` }));
      cloud.answers("GetKey", () => ({ Key: "live", Value: pages.version }));
      cloud.answers("PutKey", ({ IfMatch, Value }) => {
        if (IfMatch !== `E${pages.writes}`) return { error: "ConflictException", message: "changed meanwhile" };
        pages = { version: String(Value), writes: pages.writes + 1 };
        return { ETag: `E${pages.writes}` };
      });
    });

    it("takes them back after the services, and says whose are served as read", async () => {
      const { exitCode, json, text } = await rollBack();
      expect(exitCode).toBe(0);
      expect(json).toMatchObject({ ok: true, stateInLine: false, pages: { version: "v1" } });
      expect(text).toContain("Pages: those of v1.");
      const operations = cloud.operations();
      expect(operations.indexOf("PutKey")).toBeGreaterThan(operations.lastIndexOf("ModifyRule"));
      expect(told.texts.join("\n")).toContain(
        "the pages are back: those of v1, read back from the store; they were those of v2",
      );
    });

    it("is not done while they could not be taken back, though the services are", async () => {
      cloud.answers("PutKey", { error: "AccessDeniedException", message: "no key for you" });
      const { exitCode, json } = await rollBack();
      expect(balancer.weights).toEqual(blue);
      expect(exitCode).toBe(7);
      expect(json).toMatchObject({ ok: false, verified: { passed: true }, pages: { version: "v2" } });
      expect(told.texts.join("\n")).toMatch(/traffic is back, but the pages are not: [\s\S]*AccessDenied/);
    });
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

  it("needs a reason, before anything is moved", async () => {
    await expect(rollBack({ reason: " " })).rejects.toMatchObject({ exitCode: 2 });
    expect(balancer.weights).toEqual(green);
  });

  describe("of a version that migrated the database", () => {
    const rollback = { command: ["npm", "run", "back"], prints: "have not yet been applied" };
    /** What the tasks print, in the order in which they are started. */
    let prints: string[];
    let image: string;

    /** @param back how the settings say that a migration is taken back */
    const open = (back?: object) => {
      project.remove();
      const migration = { ...database.migration, ...(back === undefined ? {} : { rollback: back }) };
      const aws = { ...settings.aws, gates: { interval: "100ms" }, database: { ...database, migration } };
      project = awsProject("green", { aws });
      const migrates = { tool: "sql", directory: "migrations" };
      project.write("releases/v2.yaml", JSON.stringify({ ...stated(), database: migrates }));
    };
    const stated = (): object => parse(readFileSync(join(project.dir, "releases/v2.yaml"), "utf8"));
    const script = () => rollBack({ database: "script" });
    const started = () => cloud.asked.filter(({ operation }) => operation === "RunTask").map(({ input }) => input);

    beforeEach(() => {
      open(rollback);
      prints = ["Database schema is up to date", "done", "1 migration: have not yet been applied"];
      image = imageOf("api", "v2");
      const services = cloud.answer("DescribeServices");
      const list = cloud.answer("ListTasks");
      const tasks = cloud.answer("DescribeTasks");
      const awsvpcConfiguration = { subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-1a1b2c3d"] };
      cloud.answers("DescribeServices", (asked) => ({
        services: (services(asked) as { services: object[] }).services.map((it) => ({
          ...it,
          networkConfiguration: { awsvpcConfiguration },
        })),
      }));
      cloud.answers("DescribeTaskDefinition", ({ taskDefinition: family }) => ({
        taskDefinition: {
          ...{ taskDefinitionArn: `arn:definition/${family}:7`, status: "ACTIVE" },
          containerDefinitions: [{ name: "migration", image }],
        },
      }));
      cloud.answers("RunTask", () => ({ tasks: [{ taskArn: `arn:once/${started().length}` }] }));
      cloud.answers("ListTasks", (asked) => (asked.startedBy === undefined ? list(asked) : { taskArns: [] }));
      cloud.answers("DescribeTasks", (asked) =>
        String(asked.tasks).startsWith("arn:once/")
          ? { tasks: [{ lastStatus: "STOPPED", containers: [{ name: "migration", exitCode: 0 }] }] }
          : tasks(asked),
      );
      cloud.answers("GetLogEvents", ({ logStreamName, nextToken }) => ({
        events:
          nextToken === undefined ? [{ message: prints[Number(String(logStreamName).split("/").at(-1)) - 1] }] : [],
        nextForwardToken: "end",
      }));
    });

    it("takes its migration back by tasks of the definition that migrated, when traffic is back", async () => {
      const { exitCode, json } = await script();
      expect(balancer.weights).toEqual(blue);
      expect(exitCode).toBe(0);
      expect(json).toMatchObject({
        database: "script",
        databaseReport:
          'The rollback script took back the migration of v2 (arn:once/2): the database says "1 migration: have not yet been applied".',
      });
      const environment = [
        { name: "GREENLIGHT_RELEASE", value: "v2" },
        { name: "GREENLIGHT_RETURNS_TO", value: "v1" },
      ];
      const override = (command: readonly string[]) => ({
        overrides: { containerOverrides: [{ name: "migration", command, environment }] },
        taskDefinition: "arn:definition/prod-green-migration:7",
      });
      const { verify } = database.migration;
      expect(started()).toMatchObject([override(verify), override(rollback.command), override(verify)]);
      expect(started()[1]).toMatchObject({ startedBy: "rollback-prod-v2" });
      const { records } = new JournalFile(openContext(options())).read();
      expect(records.find(({ type }) => type === "rollback")).toMatchObject({ version: "v2", database: "script" });
      expect(told.texts.join("\n")).toMatch(/traffic is back: blue v1[\s\S]*Database schema is up to date[\s\S]*done/);
    });

    it("given again, leaves traffic where it is and asks the database, which says that it is taken back", async () => {
      await rollBack();
      prints = ["have not yet been applied"];
      const { json } = await script();
      expect(balancer.weights).toEqual(blue);
      expect(json).toMatchObject({
        from: { environment: "green", version: "v2" },
        to: { environment: "blue", version: "v1" },
        databaseReport: expect.stringContaining("The migration of v2 was taken back already, and nothing was run"),
      });
      expect(started()).toHaveLength(1);
    });

    it("leaves traffic where it is too where somebody else took it back after the switch", async () => {
      const move = { type: "switch", version: "v2", to: "green", toVersion: "v2", fromVersion: "v1" } as const;
      new JournalFile(openContext(options())).append(move);
      balancer.weights.api = { blue: 100, green: 0 };
      balancer.weights.web = { blue: 100, green: 0 };
      expect((await script()).json).toMatchObject({ from: { version: "v2" }, to: { version: "v1" } });
      expect(balancer.weights).toEqual(blue);
    });

    it("leaves traffic back when the database does not show it, and says so", async () => {
      prints[2] = "Database schema is up to date";
      const error = await script().catch((it: unknown) => it);
      expect(error).toMatchObject({
        happened: expect.stringContaining("The rollback script of v2 ran, and the database does not show it"),
        untouched: expect.stringContaining("Traffic is back."),
      });
      expect(balancer.weights).toEqual(blue);
    });

    it("runs nothing in an image that is not the version's", async () => {
      image = imageOf("api", "v3");
      const error = await script().catch((it: unknown) => it);
      expect(error).toMatchObject({
        happened: expect.stringContaining("green has no task of v2 that could take its migration back: its image is"),
        untouched: "Traffic is back; the database is as it was.",
      });
      expect(balancer.weights).toEqual(blue);
      expect(started()).toEqual([]);
    });

    it.each([
      ["nothing says how it is taken back", () => open(), "script", "leave out --database script"],
      [
        "it migrated nothing",
        () => project.write("releases/v2.yaml", JSON.stringify({ ...stated(), database: { tool: "none" } })),
        "script",
        "leave out --database script",
      ],
      [
        "no manifest names its image",
        () => tasksRun(cloud, { blue: "v1", green: "v9" }),
        "script",
        "leave out --database",
      ],
      ["a snapshot is asked for", () => {}, "snapshot", "leave it out: traffic goes back at once without it"],
    ] as const)("is refused where %s, before anything is moved", async (_, prepare, database, next) => {
      prepare();
      const error = await rollBack({ database }).catch((it: unknown) => it);
      expect(error).toMatchObject({
        exitCode: 2,
        untouched: "Nothing was changed.",
        next: expect.stringContaining(next),
      });
      expect(balancer.weights).toEqual(green);
      expect(started()).toEqual([]);
    });
  });
});
