import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { database } from "../components/aws/shop.ts";
import { awsProject } from "./awsStack.ts";
import { DrillAccount, drillTags, instance, snapshot, withDatabase } from "./drillAccount.ts";

describe("greenlight drill snapshot of an Aurora cluster", () => {
  let account: DrillAccount;
  const { instance: _, ...rest } = database;
  /** Clusters that are there, by name. */
  let clusters: Record<string, object>;
  const cluster = (name: string, more: object = {}) => ({
    ...{
      DBClusterIdentifier: name,
      Status: "available",
      ...aurora,
      EngineMode: "provisioned",
      StorageEncrypted: true,
    },
    ...{ DatabaseName: "shop", Endpoint: `${name}.cluster.example`, Port: 5432, DBSubnetGroup: "inside" },
    ...{ MultiAZ: false, DeletionProtection: false, BackupRetentionPeriod: 1, AllocatedStorage: 1 },
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-9a1b2c3d" }],
    DBClusterMembers: [{ DBInstanceIdentifier: "shop-writer", IsClusterWriter: true }],
    ...more,
  });
  const aurora = { Engine: "aurora-postgresql", EngineVersion: "16.4" };
  const tags = drillTags("before-v2-prod");

  beforeEach(async () => {
    account = await DrillAccount.start();
    account.replace(awsProject("green", { aws: withDatabase({ ...rest, cluster: "shop-cluster" }) }));
    clusters = { "shop-cluster": cluster("shop-cluster", { MultiAZ: true, BackupRetentionPeriod: 7 }) };
    account.there = { "shop-writer": instance("shop-writer", { ...aurora, DBInstanceClass: "db.r6g.large" }) };
    const { DBSnapshotIdentifier: DBClusterSnapshotIdentifier, Encrypted, ...it } = snapshot(2);
    account.cloud.answers("DescribeDBClusterSnapshots", {
      DBClusterSnapshots: [{ ...it, DBClusterSnapshotIdentifier, StorageEncrypted: Encrypted, ...aurora }],
    });
    account.cloud.answers("DescribeDBClusters", ({ DBClusterIdentifier: name }) => {
      if (name === undefined) return { DBClusters: Object.values(clusters) };
      const found = clusters[String(name)];
      return found === undefined ? { error: "DBClusterNotFoundFault" } : { DBClusters: [found] };
    });
    account.cloud.answers("RestoreDBClusterFromSnapshot", ({ DBClusterIdentifier: name }) => {
      clusters[String(name)] = cluster(String(name), { TagList: tags });
      return {};
    });
    account.cloud.answers("CreateDBInstance", ({ DBInstanceIdentifier: name, DBInstanceClass }) => {
      account.there[String(name)] = instance(String(name), { ...aurora, DBInstanceClass, TagList: tags });
      return {};
    });
    account.cloud.answers("DeleteDBCluster", ({ DBClusterIdentifier: name }) => {
      delete clusters[String(name)];
      return {};
    });
    account.printed = ["connected to drill-before-v2-prod.cluster.example", "Database schema is up to date"];
  });

  afterEach(() => account.end());

  it("restores the cluster with an instance, has it asked at its own address, removes both, and is in the journal", async () => {
    const { exitCode, json, text } = await account.drill();
    expect(json).toMatchObject({
      ok: true,
      snapshot: { identifier: "before-v2-prod", engine: "aurora-postgresql", version: "16.4", storage: null },
      restored: { identifier: "drill-before-v2-prod", status: "available", version: "16.4", encrypted: true },
      differences: [],
      verification: { environment: "blue", version: "v1", line: "Database schema is up to date", fault: null },
      ending: "removed",
    });
    expect(exitCode).toBe(0);
    expect(text).toContain("before-v2-prod (aurora-postgresql 16.4) was restored in");
    expect(text).toContain("shop-cluster was only read.");
    expect(account.inputs("RestoreDBClusterFromSnapshot")).toMatchObject([
      {
        Engine: "aurora-postgresql",
        EngineVersion: "16.4",
        DBSubnetGroupName: "inside",
        DeletionProtection: "false",
      },
    ]);
    expect(account.inputs("CreateDBInstance")).toMatchObject([{ DBInstanceClass: "db.r6g.large" }]);
    expect(account.inputs("RunTask")).toMatchObject([
      {
        overrides: {
          containerOverrides: [
            {
              environment: expect.arrayContaining([
                { name: "DRILL_DATABASE_HOST", value: "drill-before-v2-prod.cluster.example" },
              ]),
            },
          ],
        },
      },
    ]);
    expect(account.cloud.operations().filter((it) => /^Delete/.test(it))).toEqual([
      "DeleteDBInstance",
      "DeleteDBCluster",
    ]);
    expect(Object.keys({ ...clusters, ...account.there })).toEqual(["shop-cluster", "shop-writer"]);
    expect(account.journal()).toMatchObject([
      { type: "drill", passed: true, details: { cluster: "drill-before-v2-prod" } },
    ]);
  });

  it("does not pass where the instance in it is not as it was asked for, and asks it nothing", async () => {
    account.cloud.answers("CreateDBInstance", ({ DBInstanceIdentifier: name }) => {
      account.there[String(name)] = instance(String(name), { TagList: tags, PubliclyAccessible: true });
      return {};
    });
    expect((await account.drill()).json).toMatchObject({
      ok: false,
      differences: ["it can be reached from everywhere"],
    });
    expect(account.inputs("RunTask")).toEqual([]);
    expect(Object.keys({ ...clusters, ...account.there })).toEqual(["shop-cluster", "shop-writer"]);
  });

  it("names what a killed drill left, with an instance or without, and removes it with --remove", async () => {
    clusters["drill-before-v2-prod"] = cluster("drill-before-v2-prod", { TagList: tags });
    expect(await account.failed()).toMatchObject({
      happened: expect.stringContaining("was cut off: it is without an instance"),
      exitCode: 6,
    });
    account.there["drill-before-v2-prod"] = instance("drill-before-v2-prod", { TagList: tags });
    expect((await account.drill({ remove: true })).json).toEqual({
      ok: true,
      removed: [{ cluster: "drill-before-v2-prod", ending: "removed" }],
    });
    expect(Object.keys({ ...clusters, ...account.there })).toEqual(["shop-cluster", "shop-writer"]);
  });

  it("is refused where that is not Aurora's", async () => {
    clusters["shop-cluster"] = cluster("shop-cluster", { Engine: "postgres" });
    expect(await account.failed()).toMatchObject({
      happened: "shop-cluster is a cluster of postgres, and of clusters only Aurora's are drilled.",
      next: expect.stringContaining("by hand"),
      exitCode: 2,
    });
    expect(account.inputs("RestoreDBClusterFromSnapshot")).toEqual([]);
  });
});
