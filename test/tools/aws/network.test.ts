import { AuthorizeSecurityGroupIngressCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateDBClusterCommand, CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateWebACLCommand, WAFV2Client } from "@aws-sdk/client-wafv2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
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

  it("has a public address and a NAT gateway, by which a private subnet reaches out", async () => {
    const vpc = await world.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.3.0.0/16" });
    const subnet = await world.make("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.3.1.0/24" });
    const address = await world.make("aws:ec2/eip:Eip", { domain: "vpc", tags: { Name: "out" } });
    expect(address.state).toMatchObject({ allocationId: address.id, publicIp: expect.stringMatching(/^[\d.]+$/) });
    expect((await address.imported())?.publicIp).toBe(address.state.publicIp);
    await address.change({ ...address.inputs, tags: { Name: "in" } }, "tags");
    const given = { subnetId: subnet.id, allocationId: address.id, tags: { Name: "out" } };
    const gateway = await world.make("aws:ec2/natGateway:NatGateway", given);
    expect(await gateway.imported()).toMatchObject({ allocationId: address.id, publicIp: address.state.publicIp });
    await gateway.change({ ...gateway.inputs, tags: { Name: "in" } }, "tags");
    for (const [property, other] of [
      ["subnetId", "subnet-0a1b2c3d"],
      ["allocationId", "eipalloc-0a1b2c3d"],
    ] as const) {
      expect(await gateway.diff({ ...gateway.inputs, [property]: other })).toMatchObject({ replaces: [property] });
    }
    const table = await world.make("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id });
    const route = await world.make("aws:ec2/route:Route", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: gateway.id,
    });
    for (const made of [route, table, gateway, address, subnet, vpc]) await made.delete();
  });

  it("refuses a public NAT gateway without an address", async () => {
    const target = { type: "aws:ec2/natGateway:NatGateway", name: "out" };
    const { failures } = await world.standIn.check(target, {}, { subnetId: "subnet-0a1b2c3d" });
    expect(failures).toEqual([{ property: "allocationId", reason: expect.stringContaining("needs an address") }]);
  });

  it("closes the group that AWS makes along, also when somebody opened it again, and leaves it to its network", async () => {
    const vpc = await world.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.4.0.0/16" });
    const group = await world.make("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {
      vpcId: vpc.id,
      tags: { Name: "closed" },
    });
    expect(group.id).toBe((await vpc.refresh())?.defaultSecurityGroupId);
    expect(group.state).toMatchObject({ ingress: [], egress: [], tagsAll: { Name: "closed" } });
    const anywhere = [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    const open = new AuthorizeSecurityGroupIngressCommand({ GroupId: group.id, IpPermissions: anywhere });
    await new EC2Client(world.client).send(open);
    expect((await group.refresh())?.ingress).toHaveLength(1);
    await group.change(group.inputs, "ingress");
    expect(group.state.ingress).toEqual([]);
    await vpc.delete();
    expect(await group.refresh()).toBeUndefined();
  });

  it("is told by its tags: networks, subnets with their zones, and the zones of a region", async () => {
    const tags = { Name: "two-of-them" };
    const vpcs = [];
    for (const cidrBlock of ["10.5.0.0/16", "10.6.0.0/16"]) {
      vpcs.push(await world.make("aws:ec2/vpc:Vpc", { cidrBlock, tags }));
    }
    const found = await world.standIn.invoke("aws:ec2/getVpcs:getVpcs", { tags });
    expect([...(found.ids as string[])].sort()).toEqual(vpcs.map(({ id }) => id).sort());
    expect((await world.standIn.invoke("aws:ec2/getVpcs:getVpcs", { tags: { Name: "nowhere" } })).ids).toEqual([]);
    await expect(world.standIn.invoke("aws:ec2/getVpc:getVpc", { tags })).rejects.toThrow("2 VPCs match");
    const asked = { state: "available", filters: [{ name: "zone-type", values: ["availability-zone"] }] };
    const { names } = await world.standIn.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", asked);
    expect(names).toEqual(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    const vpcId = vpcs[0]?.id;
    const inputs = { vpcId, cidrBlock: "10.5.1.0/24", availabilityZone: "eu-central-1b", tags: { tier: "private" } };
    const subnet = await world.make("aws:ec2/subnet:Subnet", inputs);
    expect(await world.standIn.invoke("aws:ec2/getSubnet:getSubnet", { id: subnet.id })).toMatchObject({
      availabilityZone: "eu-central-1b",
      vpcId,
    });
    for (const made of [subnet, ...vpcs]) await made.delete();
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

describe("a web ACL before a load balancer, as the stand-in makes it", () => {
  const acl = async (Name: string) => {
    const visible = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: Name };
    const made = await new WAFV2Client(world.client).send(
      new CreateWebACLCommand({ Name, Scope: "REGIONAL", DefaultAction: { Allow: {} }, VisibilityConfig: visible }),
    );
    return made.Summary?.ARN ?? "";
  };
  const balancer = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/0123456789abcdef";

  it("is there until it is taken away, and another one makes another association", async () => {
    const [webAclArn, another] = [await acl("shop"), await acl("another")];
    const inputs = { resourceArn: balancer, webAclArn };
    const association = await world.make("aws:wafv2/webAclAssociation:WebAclAssociation", inputs);
    expect(association.id).toBe(`${webAclArn},${balancer}`);
    expect(await association.imported()).toEqual({ ...inputs, region: "eu-central-1" });
    expect(await association.diff({ ...inputs, webAclArn: another })).toMatchObject({ replaces: ["webAclArn"] });
    await association.delete();
  });

  it("is refused where there is no such ACL", async () => {
    const none = `${await acl("none")}0`;
    await expect(
      world.make("aws:wafv2/webAclAssociation:WebAclAssociation", { resourceArn: balancer, webAclArn: none }),
    ).rejects.toThrow(/wafv2:AssociateWebACL on .*WAFNonexistentItemException/);
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
