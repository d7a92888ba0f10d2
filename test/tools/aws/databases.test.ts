import {
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RestoreDBClusterFromSnapshotCommand,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Made, World } from "./world.ts";

let world: World;
let rds: RDSClient;
let subnets: string[];
beforeAll(async () => {
  world = await World.start();
  rds = new RDSClient(world.client);
  ({ subnets } = await world.network());
});
afterAll(async () => await world?.stop());

describe.sequential("a database, as the stand-in makes it", () => {
  let group: Made;
  let parameters: Made;
  let instance: Made;

  it("lies in a group of subnets, which may change", async () => {
    group = await world.make("aws:rds/subnetGroup:SubnetGroup", {
      name: "shop",
      description: "Database of shop",
      subnetIds: subnets,
      tags: { team: "shop" },
    });
    expect(group.state).toMatchObject({ name: "shop", arn: expect.stringContaining(":subgrp:shop") });
    await group.change({ ...group.inputs, subnetIds: subnets.toReversed() });
    const more = await world.standIn.invoke("aws:ec2/getSubnets:getSubnets", {});
    await group.change({ ...group.inputs, subnetIds: more.ids as string[], tags: { team: "us" } }, "subnetIds", "tags");
    expect(await group.diff({ ...group.inputs, name: "other" })).toMatchObject({ replaces: ["name"] });
  });

  it("has parameters of its own", async () => {
    const forced = (value: string) => [{ name: "rds.force_ssl", value }];
    const inputs = { name: "shop-postgres17", family: "postgres17", parameters: forced("0"), tags: { team: "shop" } };
    parameters = await world.make("aws:rds/parameterGroup:ParameterGroup", inputs);
    expect(parameters.state.parameters).toEqual([{ name: "rds.force_ssl", value: "0", applyMethod: "immediate" }]);
    await parameters.change({ ...inputs, parameters: forced("1") }, "parameters");
    for (const [property, value] of [
      ["family", "postgres18"],
      ["description", "another"],
    ] as const) {
      expect(await parameters.diff({ ...inputs, [property]: value })).toMatchObject({ replaces: [property] });
    }
    await expect(parameters.change({ ...inputs, parameters: [] }, "parameters")).rejects.toThrow(
      "takes no parameter of shop-postgres17 back to its default: rds.force_ssl",
    );
  });

  it("is made as it was asked for, with a secret that RDS keeps", async () => {
    const inputs = {
      identifier: "shop",
      engine: "postgres",
      engineVersion: "17",
      instanceClass: "db.t4g.medium",
      dbName: "app",
      username: "app",
      manageMasterUserPassword: true,
      port: 5433,
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: "gp3",
      storageEncrypted: true,
      multiAz: true,
      dbSubnetGroupName: group.id,
      parameterGroupName: parameters.id,
      backupRetentionPeriod: 14,
      copyTagsToSnapshot: true,
      finalSnapshotIdentifier: "shop-final",
      deletionProtection: true,
      applyImmediately: true,
      enabledCloudwatchLogsExports: ["postgresql"],
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      tags: { team: "shop" },
    };
    instance = await world.make("aws:rds/instance:Instance", inputs);
    expect(instance.state).toMatchObject({ ...inputs, publiclyAccessible: false, status: "available" });
    expect(instance.state.endpoint).toBe(`${instance.state.address}:5433`);
    const [kept] = instance.state.masterUserSecrets as { secretArn: string }[];
    expect(kept?.secretArn).toContain(":secret:rds!db-");
    expect(JSON.stringify(instance.state)).not.toMatch(/"password/i);
  });

  it("changes in place what RDS changes, and keeps its secret", async () => {
    const before = instance.state.masterUserSecrets;
    await instance.change(
      { ...instance.inputs, instanceClass: "db.m7g.large", backupRetentionPeriod: 30, multiAz: false },
      "backupRetentionPeriod",
      "instanceClass",
      "multiAz",
    );
    await instance.change(
      { ...instance.inputs, allocatedStorage: 40, tags: { team: "us" } },
      "allocatedStorage",
      "tags",
    );
    await instance.change(
      { ...instance.inputs, enabledCloudwatchLogsExports: ["postgresql", "upgrade"] },
      "enabledCloudwatchLogsExports",
    );
    expect(instance.state.masterUserSecrets).toEqual(before);
  });

  it("leaves storage that grew and minor versions that came alone", async () => {
    expect((await instance.diff({ ...instance.inputs, allocatedStorage: 20 })).changed).toEqual([]);
    expect((await instance.diff({ ...instance.inputs, engineVersion: "18" })).changed).toEqual(["engineVersion"]);
  });

  it.each([
    ["identifier", "other"],
    ["engine", "mysql"],
    ["dbName", "other"],
    ["username", "other"],
    ["storageEncrypted", false],
    ["kmsKeyId", "arn:aws:kms:eu-central-1:123456789012:key/other"],
  ])("is another one with another %s", async (property, value) => {
    expect(await instance.diff({ ...instance.inputs, [property]: value })).toMatchObject({ replaces: [property] });
  });

  it("takes no password and no teardown that leaves nothing", async () => {
    const type = "aws:rds/instance:Instance";
    const check = async (over: object) =>
      (await world.standIn.check({ type, name: "thing" }, {}, { ...instance.inputs, ...over })).failures;
    expect(await check({ password: "secret" })).toHaveLength(1);
    expect(await check({ finalSnapshotIdentifier: undefined })).toEqual([
      { property: "finalSnapshotIdentifier", reason: "is needed unless skipFinalSnapshot is true" },
    ]);
  });

  it("is snapshot by the identifier that was known before it was made", async () => {
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: "shop", DBSnapshotIdentifier: "before-v1" }));
    const { DBSnapshots: [snapshot] = [] } = await rds.send(
      new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: "before-v1" }),
    );
    expect(snapshot).toMatchObject({ DBInstanceIdentifier: "shop", Status: "available" });
  });

  it("is not removed while it is protected, and leaves a last snapshot afterwards", async () => {
    await expect(instance.delete()).rejects.toThrow(/disable deletion protection/);
    await instance.change({ ...instance.inputs, deletionProtection: false }, "deletionProtection");
    await instance.delete();
    await expect(rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: "shop" }))).rejects.toThrow();
    const { DBSnapshots: [last] = [] } = await rds.send(
      new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: "shop-final" }),
    );
    expect(last?.DBInstanceIdentifier).toBe("shop");
    await parameters.delete();
    await group.delete();
  });
});

it("a cluster that is restored with what the simulator would forget is refused by that name", async () => {
  const asked = { DBClusterIdentifier: "copy", SnapshotIdentifier: "before", Engine: "aurora-postgresql" };
  await expect(
    rds.send(new RestoreDBClusterFromSnapshotCommand({ ...asked, StorageType: "aurora-iopt1" })),
  ).rejects.toThrow("The simulator knows no StorageType of RestoreDBClusterFromSnapshot.");
});
