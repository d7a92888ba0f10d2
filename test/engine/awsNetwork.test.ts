import {
  CreateTagsCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateWebACLCommand, GetWebACLForResourceCommand, WAFV2Client } from "@aws-sdk/client-wafv2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { World } from "../tools/aws/world.ts";
import type { Config, Project } from "./project.ts";
import { image, openOnSimulatedAws, smokeOf } from "./simulatedAws.ts";

// The real engine makes a network, runs a version in it and takes it down again. That packets find their way is not shown here.

let world: World;
let project: Project;
let ec2: EC2Client;
let waf = "";
/** The settings of `aws` without a word of where the stack runs. */
let placeless: Config;

const made = { Name: "tag:greenlight:stack", Values: ["shop"] };

beforeAll(async () => {
  ({ world, project } = await openOnSimulatedAws({
    services: ["api"],
    versions: ["v1"],
    settings: async (cloud, { vpc, subnets, loadBalancer, ...aws }, vpcId) => {
      ec2 = new EC2Client(cloud.client);
      const teams = [vpcId, ...(subnets as string[])];
      await ec2.send(new CreateTagsCommand({ Resources: teams, Tags: [{ Key: "owner", Value: "team" }] }));
      waf = await webAcl(cloud);
      const { subnets: _, ...create } = (loadBalancer as { create: Config }).create;
      placeless = {
        ...aws,
        loadBalancer: { create, waf },
        services: { api: { hosts: ["api.shop.example"], priority: 10 } },
        gates: { successes: 1, interval: "100ms", deadline: "60s" },
      };
      return {
        services: { api: { port: 8080, instances: 1, drain: "1s", start: "1s" } },
        aws: { ...placeless, network: { create: { cidr: "10.20.0.0/16" } } },
      };
    },
  }));
  await project.write(
    "releases/v1.yaml",
    stringify({
      version: "v1",
      services: { api: { image: image("api", "v1") } },
      database: { tool: "none" },
      smoke: smokeOf("v1"),
    }),
  );
});

afterAll(async () => {
  await project?.pulumi("state", "unprotect", "--all", "--yes", "--stack", project.stack);
  await project?.remove();
  await world?.stop();
});

async function succeed(operation: "preview" | "up" | "refresh" | "destroy", ...args: string[]) {
  const ran = await project.run(operation, ...args);
  expect(ran.exitCode, ran.text).toBe(0);
  return ran;
}

async function refused(operation: "preview" | "destroy"): Promise<string> {
  const ran = await project.run(operation);
  expect(ran.exitCode, ran.text).not.toBe(0);
  return ran.text.replace(/\s+/g, " ");
}

const networks = async () => (await ec2.send(new DescribeVpcsCommand({ Filters: [made] }))).Vpcs ?? [];

describe.sequential("a network of the stack's own on a simulated AWS", () => {
  it("is shown by a preview before anything of it is there", async () => {
    const { changes } = await succeed("preview");
    expect(changes).toEqual(expect.arrayContaining(["create Vpc vpc", "create NatGateway vpc-nat-1"]));
    expect(await networks()).toEqual([]);
  });

  it("is made, and the version runs in it, behind the web ACL", async () => {
    await succeed("up", "--skip-preview");
    const [vpc, ...others] = await networks();
    expect(vpc).toMatchObject({ CidrBlock: "10.20.0.0/16" });
    expect(others).toEqual([]);
    const within = { Filters: [{ Name: "vpc-id", Values: [String(vpc?.VpcId)] }] };
    const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand(within));
    const named = (kind: string) =>
      subnets.filter(({ Tags }) => Tags?.some(({ Key, Value }) => Key === "Name" && Value?.startsWith(`shop-${kind}`)));
    for (const kind of ["public", "private"]) {
      expect(new Set(named(kind).map((it) => it.AvailabilityZone)), kind).toHaveProperty("size", 2);
    }
    const { LoadBalancers: [balancer] = [] } = await new ElasticLoadBalancingV2Client(world.client).send(
      new DescribeLoadBalancersCommand({ Names: ["shop"] }),
    );
    expect(balancer?.AvailabilityZones?.map((it) => it.SubnetId).sort()).toEqual(
      named("public")
        .map((it) => it.SubnetId)
        .sort(),
    );
    const request = new GetWebACLForResourceCommand({ ResourceArn: balancer?.LoadBalancerArn });
    expect((await new WAFV2Client(world.client).send(request)).WebACL?.ARN).toBe(waf);
    const { NatGateways: [gateway] = [] } = await ec2.send(new DescribeNatGatewaysCommand({ Filter: within.Filters }));
    expect(named("public").map((it) => it.SubnetId)).toContain(gateway?.SubnetId);
    const { RouteTables: tables = [] } = await ec2.send(new DescribeRouteTablesCommand(within));
    for (const { SubnetId } of named("private")) {
      const table = tables.find(({ Associations }) => Associations?.some((it) => it.SubnetId === SubnetId));
      const out = table?.Routes?.find((it) => it.DestinationCidrBlock === "0.0.0.0/0");
      expect(out?.NatGatewayId, SubnetId).toBe(gateway?.NatGatewayId);
    }
    const { SecurityGroups: [group] = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [...within.Filters, { Name: "group-name", Values: ["default"] }] }),
    );
    expect([...(group?.IpPermissions ?? []), ...(group?.IpPermissionsEgress ?? [])]).toEqual([]);
  });

  it("has nothing to do when it is run again, also after a refresh", async () => {
    await succeed("refresh", "--skip-preview");
    expect((await succeed("up")).changes).toEqual([]);
  });

  it("is given up by no change of the settings and no teardown, until somebody takes its protection back", async () => {
    const existing = { tags: { owner: "team" }, tasks: { owner: "team" }, loadBalancer: { owner: "team" } };
    await project.set({ aws: { ...placeless, network: { existing } } });
    expect(await refused("preview")).toMatch(/vpc.*protect/i);
    expect(await refused("destroy")).toMatch(/protect/i);
    expect(await networks()).toHaveLength(1);
  });

  it("goes with the stack then", async () => {
    const taken = await project.pulumi("state", "unprotect", "--all", "--yes", "--stack", project.stack);
    expect(taken.exitCode, taken.all).toBe(0);
    await succeed("destroy", "--skip-preview");
    expect(await networks()).toEqual([]);
  });
});

describe.sequential("a network by tags on a simulated AWS", () => {
  it("is found by a first preview already", async () => {
    const { text } = await succeed("preview", "--diff");
    const { Vpcs: [vpc] = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: "tag:owner", Values: ["team"] }] }),
    );
    expect(text).toMatch(new RegExp(`vpcId *: "${vpc?.VpcId}"`));
  });

  it("that is not there is told by the setting's name, and nothing is begun", async () => {
    const existing = { tags: { owner: "nobody" }, tasks: { owner: "team" }, loadBalancer: { owner: "team" } };
    await project.set({ aws: { ...placeless, network: { existing } } });
    const said = await refused("preview");
    expect(said).toContain("No VPC in eu-central-1 has the tags owner=nobody.");
    expect(said).toContain("Where: greenlight:aws.network.existing.tags");
    expect(said).not.toContain("networkByTags.ts");
  });
});

async function webAcl(cloud: World): Promise<string> {
  const visible = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: "shop" };
  const request = { Name: "shop", Scope: "REGIONAL", DefaultAction: { Allow: {} }, VisibilityConfig: visible } as const;
  return (await new WAFV2Client(cloud.client).send(new CreateWebACLCommand(request))).Summary?.ARN ?? "";
}
