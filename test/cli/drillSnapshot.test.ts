import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { database } from "../components/aws/shop.ts";
import { awsProject } from "./awsStack.ts";
import { DrillAccount, drillTags, instance, snapshot, withDatabase } from "./drillAccount.ts";
import { Project } from "./project.ts";

const at = { address: "drill-before-v2-prod.rds.example", port: 5432 };

describe("greenlight drill snapshot", () => {
  let account: DrillAccount;

  beforeEach(async () => {
    account = await DrillAccount.start();
    account.printed = [`connected to ${at.address}`, "Database schema is up to date"];
    account.there = { "shop-production": instance("shop-production", { MultiAZ: true, BackupRetentionPeriod: 7 }) };
    account.cloud.answers("DescribeDBSnapshots", { DBSnapshots: [snapshot(1), snapshot(2), snapshot(3, "creating")] });
    account.cloud.answers(
      "RestoreDBInstanceFromDBSnapshot",
      ({ DBInstanceIdentifier: name, DBSnapshotIdentifier: from }) => {
        account.there[String(name)] = instance(String(name), { TagList: drillTags(String(from)) });
        return {};
      },
    );
  });
  afterEach(() => account.end());

  it("restores the newest whole one, has it asked by the version from before, removes it, and is in the journal", async () => {
    const { exitCode, json, text } = await account.drill();
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
    expect(account.inputs("RunTask")).toMatchObject([
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
    expect(Object.keys(account.there)).toEqual(["shop-production"]);
    expect(text).toContain("blue v1 says of it: Database schema is up to date.");
    expect(text).toMatch(/The drill took .*\. shop-production was only read\./);
    expect(account.journal()).toMatchObject([
      { type: "drill", kind: "restore", version: "v2", passed: true, details: { snapshot: "before-v2-prod" } },
    ]);
  });

  it("asks what serves where that has not migrated since", async () => {
    account.cloud.answers("DescribeDBSnapshots", { DBSnapshots: [snapshot(3)] });
    expect((await account.drill()).json).toMatchObject({ verification: { environment: "green", version: "v2" } });
  });

  it("says that only the restore was shown where nobody could ask", async () => {
    const { migration: _, ...bare } = database;
    account.replace(awsProject("green", { aws: withDatabase(bare) }));
    const { exitCode, json } = await account.drill();
    expect(json).toMatchObject({
      ok: true,
      verification: null,
      notVerified: expect.stringContaining("aws.database.migration is not set"),
      sentence: expect.stringContaining("only the restore itself was shown"),
    });
    expect(exitCode).toBe(0);

    account.replace(awsProject("green", { aws: withDatabase(database) }));
    expect((await account.drill({ snapshot: "before-v1-prod" })).json).toMatchObject({
      notVerified: "no version runs that fits a snapshot from before v1, so nobody could ask what is in it",
    });
    account.undeployed = "prod-blue-migration";
    expect((await account.drill()).json).toMatchObject({
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
    account.printed = lines;
    const { exitCode, json } = await account.drill();
    expect(json).toMatchObject({ ok: false, verification: { line: null, fault: expect.stringContaining(fault) } });
    expect(exitCode).toBe(3);
    expect(account.journal()).toMatchObject([
      { type: "drill", passed: false, sentence: expect.stringContaining(fault) },
    ]);
    expect(Object.keys(account.there)).toEqual(["shop-production"]);
  });

  it("does not pass where the instance is not what the snapshot says, and asks it nothing", async () => {
    account.cloud.answers("RestoreDBInstanceFromDBSnapshot", ({ DBInstanceIdentifier: name }) => {
      const tags = drillTags("before-v2-prod");
      account.there[String(name)] = instance(String(name), {
        TagList: tags,
        AllocatedStorage: 5,
        PubliclyAccessible: true,
      });
      return {};
    });
    const { exitCode, json } = await account.drill();
    expect(json).toMatchObject({
      ok: false,
      differences: ["its storage in GiB is 5, and that of the snapshot 20", "it can be reached from everywhere"],
      verification: null,
      ending: "removed",
    });
    expect(exitCode).toBe(3);
    expect(account.inputs("RunTask")).toEqual([]);
  });

  it("is recorded though its instance does not go, and ends with what is left to do", async () => {
    account.cloud.answers("DeleteDBInstance", { error: "InvalidDBInstanceState", message: "it is being changed" });
    const { exitCode, json, text } = await account.drill();
    expect(json).toMatchObject({ ok: false, ending: "still there", verification: { fault: null } });
    expect(text).toContain("still there, for it could not be removed: `greenlight drill snapshot --remove` removes it");
    expect(exitCode).toBe(1);
    expect(account.journal()).toMatchObject([{ type: "drill", passed: true }]);
  });

  it("without a snapshot says so, and what makes one", async () => {
    account.cloud.answers("DescribeDBSnapshots", { DBSnapshots: [snapshot(1, "available", "other")] });
    expect(await account.failed()).toMatchObject({
      happened: "There is no snapshot to drill.",
      exitCode: 5,
      untouched: expect.stringContaining("shop-production was only read"),
    });
  });

  it.each([
    ["before-v3-prod", "The snapshot before-v3-prod is not available"],
    ["shop-by-hand", 'The stack took no snapshot "shop-by-hand".'],
  ])("refuses %s", async (named, happened) => {
    expect(await account.failed({ snapshot: named })).toMatchObject({
      happened: expect.stringContaining(happened),
      exitCode: 2,
    });
    expect(account.inputs("RestoreDBInstanceFromDBSnapshot")).toEqual([]);
  });

  describe("after a drill that was killed", () => {
    const left = (from: string) =>
      instance(`drill-${from}`, {
        DBInstanceStatus: "creating",
        TagList: drillTags(from),
      });

    it("of the same snapshot, names its instance and leaves it to whoever drills", async () => {
      account.there["drill-before-v2-prod"] = left("before-v2-prod");
      expect(await account.failed()).toMatchObject({
        happened: expect.stringContaining("from a drill that is under way or was cut off: it is creating"),
        next: expect.stringContaining("greenlight drill snapshot --remove"),
        exitCode: 6,
      });
      expect(account.inputs("DeleteDBInstance")).toEqual([]);
    });

    it("of another snapshot, tells what it left and goes on", async () => {
      account.there["drill-before-v1-prod"] = left("before-v1-prod");
      expect((await account.drill()).exitCode).toBe(0);
      expect(account.told.texts[0]).toContain("an earlier drill left a database: drill-before-v1-prod");
      expect(Object.keys(account.there)).toEqual(["shop-production", "drill-before-v1-prod"]);
    });

    it("removes what is left with --remove, one or all, and nothing else", async () => {
      for (const from of ["before-v1-prod", "before-v2-prod"]) account.there[`drill-${from}`] = left(from);
      account.there["drill-other"] = instance("drill-other", { TagList: drillTags("before-v1-prod", "other") });
      expect((await account.drill({ remove: true, snapshot: "before-v1-prod" })).json).toEqual({
        ok: true,
        removed: [{ instance: "drill-before-v1-prod", ending: "removed" }],
      });
      expect((await account.drill({ remove: true })).json).toMatchObject({
        removed: [{ instance: "drill-before-v2-prod" }],
      });
      expect((await account.drill({ remove: true })).json).toEqual({ ok: true, removed: [] });
      expect(Object.keys(account.there)).toEqual(["shop-production", "drill-other"]);
    });

    it("asks before it removes", async () => {
      account.there["drill-before-v2-prod"] = left("before-v2-prod");
      expect(await account.failed({ remove: true, yes: false })).toMatchObject({ exitCode: 2 });
      expect(account.inputs("DeleteDBInstance")).toEqual([]);
    });
  });

  it("is refused with the way out in another account, and on another platform", async () => {
    account.replace(new Project());
    expect(await account.failed()).toMatchObject({
      exitCode: 2,
      next: expect.stringContaining("greenlight:backup.drill"),
    });

    account.replace(awsProject("green", { aws: withDatabase(database) }));
    account.cloud.answers("GetCallerIdentity", { Account: "999999999999" });
    expect(await account.failed()).toMatchObject({ exitCode: 2, happened: expect.stringContaining("999999999999") });
    expect(account.inputs("DescribeDBInstances")).toEqual([]);
  });
});
