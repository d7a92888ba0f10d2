import { beforeAll, describe, expect, it } from "vitest";
import { vpcTypes } from "../../../components/aws/vpcDeployer.ts";
import type { Recorded } from "../recorded.ts";
import { database, manifest, migrated, one, placeless, settings, stack, tree, zones } from "./shop.ts";

const made = (over: object = {}, create: object = {}) =>
  stack(
    { blue: manifest("v1", migrated) },
    {
      aws: { ...placeless, database, network: { create: { cidr: "10.20.0.0/16", ...create } }, ...over },
      answers: zones,
    },
  );
const inputs = (all: readonly Recorded[], type: string, name: string) => one(all, type, name).inputs;
const below = (all: readonly Recorded[]) => all.filter(({ parent }) => parent === "aws:Vpc vpc");

describe("a network of the stack's own", () => {
  let resources: Recorded[];
  let outputs: Record<string, unknown>;
  beforeAll(async () => {
    const all = await made();
    resources = all.resources;
    outputs = all.result as Record<string, unknown>;
  });

  it("has in two zones a public and a private subnet, one way in and one way out", () => {
    expect(tree(below(resources)).map((it) => it.replace("aws:Vpc vpc > ec2:", ""))).toEqual([
      "DefaultSecurityGroup vpc-default",
      "Eip vpc-nat-1",
      "InternetGateway vpc-internet",
      "NatGateway vpc-nat-1",
      "Route vpc-private-1-out",
      "Route vpc-private-2-out",
      "Route vpc-public-out",
      "RouteTable vpc-private-1",
      "RouteTable vpc-private-2",
      "RouteTable vpc-public",
      "RouteTableAssociation vpc-private-1-1",
      "RouteTableAssociation vpc-private-2-1",
      "RouteTableAssociation vpc-public-1",
      "RouteTableAssociation vpc-public-2",
      "Subnet vpc-private-1",
      "Subnet vpc-private-2",
      "Subnet vpc-public-1",
      "Subnet vpc-public-2",
      "Vpc vpc",
    ]);
  });

  it("has the addresses that the settings say, names, and DNS", () => {
    expect(inputs(resources, "ec2:Vpc", "vpc")).toEqual({
      cidrBlock: "10.20.0.0/16",
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: "prod" },
    });
    const subnet = (name: string) => inputs(resources, "ec2:Subnet", name);
    const common = { vpcId: "vpc-id", mapPublicIpOnLaunch: false };
    expect(["public-1", "public-2", "private-1", "private-2"].map((it) => subnet(`vpc-${it}`))).toEqual([
      { ...common, cidrBlock: "10.20.128.0/20", availabilityZone: "eu-central-1a", tags: { Name: "prod-public-1" } },
      { ...common, cidrBlock: "10.20.144.0/20", availabilityZone: "eu-central-1b", tags: { Name: "prod-public-2" } },
      { ...common, cidrBlock: "10.20.0.0/18", availabilityZone: "eu-central-1a", tags: { Name: "prod-private-1" } },
      { ...common, cidrBlock: "10.20.64.0/18", availabilityZone: "eu-central-1b", tags: { Name: "prod-private-2" } },
    ]);
  });

  it("leaves subnets in the zones that they began in, whatever AWS offers later", () => {
    for (const it of resources.filter(({ type }) => type === "ec2:Subnet")) {
      expect(it.ignored, it.name).toEqual(["availabilityZone"]);
    }
  });

  it("leads the public subnets to the internet and both private ones to the NAT gateway", () => {
    const route = (name: string) => inputs(resources, "ec2:Route", name);
    const everything = { destinationCidrBlock: "0.0.0.0/0" };
    expect(route("vpc-public-out")).toEqual({
      ...everything,
      routeTableId: "vpc-public-id",
      gatewayId: "vpc-internet-id",
    });
    for (const name of ["vpc-private-1", "vpc-private-2"]) {
      expect(route(`${name}-out`)).toEqual({
        ...everything,
        routeTableId: `${name}-id`,
        natGatewayId: "vpc-nat-1-id",
      });
      expect(inputs(resources, "ec2:RouteTableAssociation", `${name}-1`)).toEqual({
        routeTableId: `${name}-id`,
        subnetId: `${name}-id`,
      });
    }
    expect(inputs(resources, "ec2:NatGateway", "vpc-nat-1")).toEqual({
      allocationId: "vpc-nat-1-id",
      subnetId: "vpc-public-1-id",
      connectivityType: "public",
      tags: { Name: "prod-nat-1" },
    });
    expect(one(resources, "ec2:NatGateway", "vpc-nat-1").after).toContain("ec2:InternetGateway vpc-internet");
  });

  it("closes the group that AWS makes along", () => {
    expect(inputs(resources, "ec2:DefaultSecurityGroup", "vpc-default")).toEqual({
      vpcId: "vpc-id",
      tags: { Name: "prod-default-closed" },
    });
  });

  it("keeps what others hang on from being removed", () => {
    const kept = resources.filter((it) => it.protected).map(({ type, name }) => `${type} ${name}`);
    expect(kept.sort()).toEqual([
      "ec2:Eip vpc-nat-1",
      "ec2:InternetGateway vpc-internet",
      "ec2:NatGateway vpc-nat-1",
      "ec2:Subnet vpc-private-1",
      "ec2:Subnet vpc-private-2",
      "ec2:Subnet vpc-public-1",
      "ec2:Subnet vpc-public-2",
      "ec2:Vpc vpc",
    ]);
  });

  it("is what the stack runs in: tasks and migrations in the private subnets, the load balancer in the public ones", () => {
    const tasks = ["vpc-private-1-id", "vpc-private-2-id"];
    expect(inputs(resources, "lb:LoadBalancer", "load-balancer").subnets).toEqual([
      "vpc-public-1-id",
      "vpc-public-2-id",
    ]);
    expect(inputs(resources, "ecs:Service", "blue-api").networkConfiguration).toMatchObject({ subnets: tasks });
    expect(inputs(resources, "aws:MigrationTask", "blue-migration").subnets).toEqual(tasks);
    for (const type of ["lb:TargetGroup", "ec2:SecurityGroup"]) {
      for (const it of resources.filter((other) => other.type === type))
        expect(it.inputs.vpcId, it.name).toBe("vpc-id");
    }
  });

  it("has its ways out before anything is begun in it", () => {
    for (const [type, name] of [
      ["aws:Network", "network"],
      ["aws:LoadBalancer", "load-balancer"],
    ] as const) {
      expect(one(resources, type, name).after).toEqual(
        expect.arrayContaining(["ec2:Route vpc-private-2-out", "ec2:RouteTableAssociation vpc-public-2"]),
      );
    }
    expect(one(resources, "aws:Vpc", "vpc").after).toContain("index:Release release");
  });

  it("is told with the addresses that others may let in", () => {
    expect(outputs.network).toEqual({
      vpc: "vpc-id",
      publicSubnets: ["vpc-public-1-id", "vpc-public-2-id"],
      privateSubnets: ["vpc-private-1-id", "vpc-private-2-id"],
      addresses: ["address of vpc-nat-1"],
    });
  });

  it("is made of nothing that the deployer's policy of a network does not know", () => {
    const types = below(resources).map(({ token }) => token);
    expect(new Set(types)).toEqual(new Set(vpcTypes));
  });
});

it("with a NAT gateway in each zone, a private subnet reaches out by the one in its own", async () => {
  const { resources, result } = await made({}, { nat: "each" });
  expect(inputs(resources, "ec2:NatGateway", "vpc-nat-2").subnetId).toBe("vpc-public-2-id");
  for (const [index, name] of ["vpc-private-1", "vpc-private-2"].entries()) {
    expect(inputs(resources, "ec2:Route", `${name}-out`).natGatewayId).toBe(`vpc-nat-${index + 1}-id`);
  }
  expect(result).toMatchObject({ network: { addresses: ["address of vpc-nat-1", "address of vpc-nat-2"] } });
});

it("of an internal load balancer, the private subnets are its own too", async () => {
  const create = { ...settings.aws.loadBalancer.create, subnets: undefined, internal: true };
  const { resources } = await made({ loadBalancer: { create } });
  expect(inputs(resources, "lb:LoadBalancer", "load-balancer").subnets).toEqual([
    "vpc-private-1-id",
    "vpc-private-2-id",
  ]);
});

it("is not begun in a region that offers the account one zone", async () => {
  const answers = { "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: ["eu-central-1a"] }) };
  const aws = { ...placeless, network: { create: { cidr: "10.20.0.0/16" } } };
  await expect(stack({ blue: manifest("v1") }, { aws, answers })).rejects.toThrow(
    "A network in two zones cannot be made: AWS offers the account eu-central-1a in eu-central-1.",
  );
});

it("is made by nobody who does not ask for it, and AWS is then asked nothing", async () => {
  const { resources, result } = await stack({ blue: manifest("v1") });
  expect(resources.filter(({ token }) => (vpcTypes as readonly string[]).includes(token))).toEqual([]);
  expect(resources.filter((it) => it.protected)).toEqual([]);
  expect(result).not.toHaveProperty("network");
});
