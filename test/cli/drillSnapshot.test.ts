import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drillSnapshotCommand } from "../../cli/commands/drillSnapshot.ts";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { database, settings } from "../components/aws/shop.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import { Project } from "./project.ts";
import { Told } from "./told.ts";

const at = { address: "drill-before-v2-prod.rds.example", port: 5432 };

describe("greenlight drill snapshot", { timeout: 60_000 }, () => {
  let cloud: Cloud;
  let project: Project;
  let told: Told;
  /** Instances that are there, by name. */
  let there: Record<string, object>;
  let printed: string[];
  /** Family of which no definition is active. */
  let undeployed: string | undefined;

  beforeEach(async () => {
    cloud = await Cloud.start();
    new Balancer(cloud, "green");
    tasksRun(cloud, { blue: "v1", green: "v2" });
    told = new Told();
    undeployed = undefined;
    printed = [`connected to ${at.address}`, "Database schema is up to date"];
    there = { "shop-production": instance("shop-production", { MultiAZ: true, BackupRetentionPeriod: 7 }) };
    project = awsProject("green", { aws: withDatabase(database) });
    cloud.answers("GetCallerIdentity", { Account: "123456789012" });
    cloud.answers("DescribeDBSnapshots", { DBSnapshots: [snapshot(1), snapshot(2), snapshot(3, "creating")] });
    cloud.answers("DescribeDBInstances", ({ DBInstanceIdentifier: name }) => {
      if (name === undefined) return { DBInstances: Object.values(there) };
      const it = there[String(name)];
      return it === undefined ? { error: "DBInstanceNotFound" } : { DBInstances: [it] };
    });
    cloud.answers("RestoreDBInstanceFromDBSnapshot", ({ DBInstanceIdentifier: name, DBSnapshotIdentifier: from }) => {
      const tags = { "greenlight:stack": "prod", "greenlight:drill": String(from) };
      there[String(name)] = instance(String(name), { TagList: tagsOf(tags) });
      return {};
    });
    cloud.answers("DeleteDBInstance", ({ DBInstanceIdentifier: name }) => {
      delete there[String(name)];
      return {};
    });
    const versions = cloud.answer("DescribeServices");
    cloud.answers("DescribeServices", (asked) => {
      const awsvpcConfiguration = { subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-1a1b2c3d"] };
      const { services } = versions(asked) as { services: { serviceName: string }[] };
      return {
        services: services.map((it) => ({
          ...it,
          networkConfiguration: { awsvpcConfiguration },
        })),
      };
    });
    cloud.answers("DescribeTaskDefinition", ({ taskDefinition: family }) =>
      undeployed === family
        ? { error: "ClientException", message: "Unable to describe task definition." }
        : { taskDefinition: { taskDefinitionArn: `arn:definition/${family}:7`, status: "ACTIVE" } },
    );
    const running = cloud.answer("DescribeTasks");
    cloud.answers("RunTask", () => ({ tasks: [{ taskArn: "arn:task/prod/1" }] }));
    cloud.answers("DescribeTasks", (asked) =>
      String(asked.tasks) === "arn:task/prod/1"
        ? { tasks: [{ lastStatus: "STOPPED", containers: [{ name: "migration", exitCode: 0 }] }] }
        : running(asked),
    );
    cloud.answers("GetLogEvents", ({ nextToken }) => ({
      events: (nextToken === undefined ? printed : []).map((message) => ({ message })),
      nextForwardToken: "end",
    }));
  });
  afterEach(async () => {
    project.remove();
    await cloud.end();
  });

  const withDatabase = (it: object) => ({ ...settings.aws, gates: { interval: "100ms" }, database: it });
  const tagsOf = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const make = { Engine: "postgres", EngineVersion: "16.3", AllocatedStorage: 20 };
  const instance = (name: string, more: object = {}) => ({
    ...{ DBInstanceIdentifier: name, DBInstanceStatus: "available", DBInstanceClass: "db.t4g.medium", ...make },
    ...{ StorageEncrypted: true, DBName: "shop", PubliclyAccessible: false, MultiAZ: false, DeletionProtection: false },
    ...{ BackupRetentionPeriod: 0, DBSubnetGroup: { DBSubnetGroupName: "inside" } },
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-9a1b2c3d" }],
    Endpoint: { Address: `${name}.rds.example`, Port: at.port },
    ...more,
  });
  const snapshot = (number: number, Status = "available", stack = "prod") => ({
    ...{ DBSnapshotIdentifier: `before-v${number}-prod`, Status, ...make, Encrypted: true },
    SnapshotCreateTime: `2026-03-0${number}T10:00:00Z`,
    TagList: tagsOf({ "greenlight:stack": stack, "greenlight:release": `v${number}` }),
  });
  const options = (more: object = {}) => ({
    ...{ project: project.dir, json: true, yes: true, keep: false, remove: false, deadlineMs: 5_000 },
    ...more,
  });
  const drill = (more?: object) => drillSnapshotCommand(options(more), told, new AbortController().signal);
  const failed = (more?: object) =>
    drill(more).then(
      () => expect.fail("it did not fail"),
      (error: unknown) => error,
    );
  const inputs = (wanted: string) =>
    cloud.asked.filter(({ operation }) => operation === wanted).map(({ input }) => input);
  const journal = () => new JournalFile(openContext(options())).read().records;

  it("restores the newest whole one, has it asked by the version from before, removes it, and is in the journal", async () => {
    const { exitCode, json, text } = await drill();
    expect(json).toMatchObject({
      ok: true,
      snapshot: { identifier: "before-v2-prod", release: "v2", engine: "postgres", version: "16.3", storage: 20 },
      restored: { identifier: "drill-before-v2-prod", status: "available", encrypted: true },
      differences: [],
      verification: {
        environment: "blue",
        version: "v1",
        taskDefinition: "arn:definition/prod-blue-migration:7",
        line: "Database schema is up to date",
        fault: null,
      },
      notVerified: null,
      ending: "removed",
    });
    expect(exitCode).toBe(0);
    expect(inputs("RunTask")).toMatchObject([
      {
        taskDefinition: "arn:definition/prod-blue-migration:7",
        networkConfiguration: { awsvpcConfiguration: { securityGroups: ["sg-1a1b2c3d"] } },
        overrides: {
          containerOverrides: [
            {
              name: "migration",
              command: database.migration.verify,
              environment: [
                { name: "DRILL_DATABASE_HOST", value: at.address },
                { name: "DRILL_DATABASE_PORT", value: "5432" },
                { name: "DRILL_DATABASE_NAME", value: "shop" },
              ],
            },
          ],
        },
      },
    ]);
    expect(Object.keys(there)).toEqual(["shop-production"]);
    expect(text).toContain("blue v1 says of it: Database schema is up to date.");
    expect(text).toMatch(/The drill took .*\. shop-production was only read\./);
    expect(journal()).toMatchObject([
      { type: "drill", kind: "restore", version: "v2", passed: true, details: { snapshot: "before-v2-prod" } },
    ]);
  });

  it("asks what serves where that has not migrated since", async () => {
    cloud.answers("DescribeDBSnapshots", { DBSnapshots: [snapshot(3)] });
    expect((await drill()).json).toMatchObject({ verification: { environment: "green", version: "v2" } });
  });

  it("says that only the restore was shown where nobody could ask", async () => {
    const { migration: _, ...bare } = database;
    project.remove();
    project = awsProject("green", { aws: withDatabase(bare) });
    const { exitCode, json } = await drill();
    expect(json).toMatchObject({
      ok: true,
      verification: null,
      notVerified: expect.stringContaining("aws.database.migration is not set"),
      sentence: expect.stringContaining("only the restore itself was shown"),
    });
    expect(exitCode).toBe(0);

    project.remove();
    project = awsProject("green", { aws: withDatabase(database) });
    expect((await drill({ snapshot: "before-v1-prod" })).json).toMatchObject({
      notVerified: "no version runs that fits a snapshot from before v1, so nobody could ask what is in it",
    });
    undeployed = "prod-blue-migration";
    expect((await drill()).json).toMatchObject({
      ok: true,
      notVerified: "blue v1 was deployed without a migration, so it has no task that could ask what is in it",
    });
  });

  it.each([
    [
      "prints something else",
      ["2 migrations are missing"],
      'no line of the verification holds "Database schema is up to date"',
    ],
    [
      "asked the database that serves",
      ["Database schema is up to date"],
      "so it may have asked the database that serves",
    ],
  ])("does not pass where the verification %s, and removes the instance all the same", async (_, lines, fault) => {
    printed = lines;
    const { exitCode, json } = await drill();
    expect(json).toMatchObject({ ok: false, verification: { line: null, fault: expect.stringContaining(fault) } });
    expect(exitCode).toBe(3);
    expect(journal()).toMatchObject([{ type: "drill", passed: false, sentence: expect.stringContaining(fault) }]);
    expect(Object.keys(there)).toEqual(["shop-production"]);
  });

  it("does not pass where the instance is not what the snapshot says, and asks it nothing", async () => {
    cloud.answers("RestoreDBInstanceFromDBSnapshot", ({ DBInstanceIdentifier: name }) => {
      const tags = tagsOf({ "greenlight:stack": "prod", "greenlight:drill": "before-v2-prod" });
      there[String(name)] = instance(String(name), { TagList: tags, AllocatedStorage: 5, PubliclyAccessible: true });
      return {};
    });
    const { exitCode, json } = await drill();
    expect(json).toMatchObject({
      ok: false,
      differences: ["its storage in GiB is 5, and that of the snapshot 20", "it can be reached from everywhere"],
      verification: null,
      ending: "removed",
    });
    expect(exitCode).toBe(3);
    expect(inputs("RunTask")).toEqual([]);
  });

  it("is recorded though its instance does not go, and ends with what is left to do", async () => {
    cloud.answers("DeleteDBInstance", { error: "InvalidDBInstanceState", message: "it is being changed" });
    const { exitCode, json, text } = await drill();
    expect(json).toMatchObject({ ok: false, ending: "still there", verification: { fault: null } });
    expect(text).toContain("still there, for it could not be removed: `greenlight drill snapshot --remove` removes it");
    expect(exitCode).toBe(1);
    expect(journal()).toMatchObject([{ type: "drill", passed: true }]);
  });

  it("without a snapshot says so, and what makes one", async () => {
    cloud.answers("DescribeDBSnapshots", { DBSnapshots: [snapshot(1, "available", "other")] });
    expect(await failed()).toMatchObject({
      happened: "There is no snapshot to drill.",
      exitCode: 5,
      untouched: expect.stringContaining("shop-production was only read"),
    });
  });

  it.each([
    ["before-v3-prod", "The snapshot before-v3-prod is not available"],
    ["shop-by-hand", 'The stack took no snapshot "shop-by-hand".'],
  ])("refuses %s", async (named, happened) => {
    expect(await failed({ snapshot: named })).toMatchObject({
      happened: expect.stringContaining(happened),
      exitCode: 2,
    });
    expect(inputs("RestoreDBInstanceFromDBSnapshot")).toEqual([]);
  });

  describe("after a drill that was killed", () => {
    const left = (from: string) =>
      instance(`drill-${from}`, {
        DBInstanceStatus: "creating",
        TagList: tagsOf({ "greenlight:stack": "prod", "greenlight:drill": from }),
      });

    it("of the same snapshot, names its instance and leaves it to whoever drills", async () => {
      there["drill-before-v2-prod"] = left("before-v2-prod");
      expect(await failed()).toMatchObject({
        happened: expect.stringContaining("from a drill that is under way or was cut off: it is creating"),
        next: expect.stringContaining("greenlight drill snapshot --remove"),
        exitCode: 6,
      });
      expect(inputs("DeleteDBInstance")).toEqual([]);
    });

    it("of another snapshot, tells what it left and goes on", async () => {
      there["drill-before-v1-prod"] = left("before-v1-prod");
      expect((await drill()).exitCode).toBe(0);
      expect(told.texts[0]).toContain("an earlier drill left an instance: drill-before-v1-prod");
      expect(Object.keys(there)).toEqual(["shop-production", "drill-before-v1-prod"]);
    });

    it("removes what is left with --remove, one or all, and nothing else", async () => {
      for (const from of ["before-v1-prod", "before-v2-prod"]) there[`drill-${from}`] = left(from);
      there["drill-other"] = instance("drill-other", { TagList: tagsOf({ "greenlight:stack": "other" }) });
      expect((await drill({ remove: true, snapshot: "before-v1-prod" })).json).toEqual({
        ok: true,
        removed: [{ instance: "drill-before-v1-prod", ending: "removed" }],
      });
      expect((await drill({ remove: true })).json).toMatchObject({ removed: [{ instance: "drill-before-v2-prod" }] });
      expect((await drill({ remove: true })).json).toEqual({ ok: true, removed: [] });
      expect(Object.keys(there)).toEqual(["shop-production", "drill-other"]);
    });

    it("asks before it removes", async () => {
      there["drill-before-v2-prod"] = left("before-v2-prod");
      expect(await failed({ remove: true, yes: false })).toMatchObject({ exitCode: 2 });
      expect(inputs("DeleteDBInstance")).toEqual([]);
    });
  });

  it("is refused with the way out for an Aurora cluster, in another account, and on another platform", async () => {
    project.remove();
    const { instance: _, ...rest } = database;
    project = awsProject("green", { aws: withDatabase({ ...rest, cluster: "shop-production" }) });
    expect(await failed()).toMatchObject({
      exitCode: 2,
      next: expect.stringContaining("restore-db-cluster-from-snapshot"),
    });

    project.remove();
    project = new Project();
    expect(await failed()).toMatchObject({ exitCode: 2, next: expect.stringContaining("greenlight:backup.drill") });

    project.remove();
    project = awsProject("green", { aws: withDatabase(database) });
    cloud.answers("GetCallerIdentity", { Account: "999999999999" });
    expect(await failed()).toMatchObject({ exitCode: 2, happened: expect.stringContaining("999999999999") });
    expect(inputs("DescribeDBInstances")).toEqual([]);
  });
});
