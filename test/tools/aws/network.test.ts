import { CreateDBClusterCommand, CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
}, 180_000);
afterAll(async () => await world?.stop());

describe("a network, as the stand-in makes it", () => {
  it("has subnets and a way out, and is gone piece by piece", async () => {
    const vpc = await world.make("aws:ec2/vpc:Vpc", {
      cidrBlock: "10.1.0.0/16",
      enableDnsHostnames: true,
      tags: { Name: "shop" },
    });
    await vpc.change({ ...vpc.inputs, enableDnsHostnames: false, tags: { Name: "us" } }, "enableDnsHostnames", "tags");
    expect(await vpc.diff({ ...vpc.inputs, cidrBlock: "10.2.0.0/16" })).toMatchObject({
      replaces: ["cidrBlock"],
      deleteFirst: false,
    });
    const subnet = await world.make("aws:ec2/subnet:Subnet", {
      vpcId: vpc.id,
      cidrBlock: "10.1.1.0/24",
      availabilityZone: "eu-central-1a",
    });
    await subnet.change({ ...subnet.inputs, mapPublicIpOnLaunch: true }, "mapPublicIpOnLaunch");
    const gateway = await world.make("aws:ec2/internetGateway:InternetGateway", {
      vpcId: vpc.id,
      tags: { Name: "shop" },
    });
    const table = await world.make("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id });
    const route = await world.make("aws:ec2/route:Route", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.id,
    });
    expect(route.id).toMatch(/^r-rtb-[0-9a-f]+1080289494$/);
    const association = await world.make("aws:ec2/routeTableAssociation:RouteTableAssociation", {
      routeTableId: table.id,
      subnetId: subnet.id,
    });
    expect(await world.standIn.invoke("aws:ec2/getVpc:getVpc", { tags: { Name: "us" } })).toMatchObject({ id: vpc.id });
    for (const made of [association, route, table, gateway, subnet, vpc]) await made.delete();
  });

  it("refuses a route that leads nowhere", async () => {
    const { failures } = await world.standIn.check(
      { type: "aws:ec2/route:Route", name: "out" },
      {},
      { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0" },
    );
    expect(failures).toEqual([{ property: "gatewayId", reason: expect.stringContaining("exactly one of") }]);
  });

  it("says which network was asked for where there is none, or more than one", async () => {
    await expect(world.standIn.invoke("aws:ec2/getVpc:getVpc", { tags: { Name: "nowhere" } })).rejects.toThrow(
      "No VPC matches",
    );
    await expect(world.standIn.invoke("aws:ec2/getVpc:getVpc", { nonsense: true })).rejects.toThrow(/nonsense/);
  });
});

describe("snapshots, as the stand-in makes them", () => {
  it("are taken of an instance, waited for, tagged, and gone", async () => {
    const rds = new RDSClient(world.client);
    const made = {
      DBInstanceIdentifier: "shop",
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      AllocatedStorage: 20,
    };
    await rds.send(
      new CreateDBInstanceCommand({ ...made, MasterUsername: "shop", MasterUserPassword: "only for this test" }),
    );
    const inputs = { dbInstanceIdentifier: "shop", dbSnapshotIdentifier: "before-v2", tags: { release: "v2" } };
    const snapshot = await world.make("aws:rds/snapshot:Snapshot", inputs);
    expect(snapshot.state).toMatchObject({ status: "available", engine: "postgres", tagsAll: { release: "v2" } });
    await snapshot.change({ ...inputs, tags: { release: "v2", commit: "abc" } }, "tags");
    expect(await snapshot.diff({ ...inputs, dbSnapshotIdentifier: "before-v3" })).toMatchObject({
      replaces: ["dbSnapshotIdentifier"],
    });
    await snapshot.delete();
    expect(
      await world.standIn.invoke("aws:rds/getInstance:getInstance", { dbInstanceIdentifier: "shop" }),
    ).toMatchObject({ engine: "postgres" });
    await expect(
      world.standIn.invoke("aws:rds/getInstance:getInstance", { dbInstanceIdentifier: "none" }),
    ).rejects.toThrow(/rds:DescribeDBInstances on none/);
  });

  it("are taken of a cluster", async () => {
    const rds = new RDSClient(world.client);
    const made = {
      DBClusterIdentifier: "shop",
      Engine: "aurora-postgresql",
      MasterUsername: "shop",
      MasterUserPassword: "only for this test",
    };
    await rds.send(new CreateDBClusterCommand(made));
    const inputs = { dbClusterIdentifier: "shop", dbClusterSnapshotIdentifier: "before-v2", tags: { release: "v2" } };
    const snapshot = await world.make("aws:rds/clusterSnapshot:ClusterSnapshot", inputs);
    expect(snapshot.state).toMatchObject({ status: "available" });
    await snapshot.delete();
    expect(await world.standIn.invoke("aws:rds/getCluster:getCluster", { clusterIdentifier: "shop" })).toMatchObject({
      engine: "aurora-postgresql",
    });
  });

  it("are refused under a name that RDS would refuse", async () => {
    const given = { dbInstanceIdentifier: "shop", dbSnapshotIdentifier: "before--v2-" };
    const { failures } = await world.standIn.check({ type: "aws:rds/snapshot:Snapshot", name: "wrong" }, {}, given);
    expect(failures).toEqual([{ property: "dbSnapshotIdentifier", reason: expect.stringContaining("single hyphens") }]);
  });
});
