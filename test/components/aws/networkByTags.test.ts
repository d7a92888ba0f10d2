import { describe, expect, it } from "vitest";
import type { Answers } from "../recorded.ts";
import { existing, manifest, one, placeless, stack } from "./shop.ts";

const network = { existing: { tags: { Name: "shop" }, tasks: { tier: "private" }, loadBalancer: { tier: "public" } } };

/** What AWS has: VPCs with the tags, and the zone of each subnet by its tier. */
function has(vpcs: string[], subnets: Record<string, Record<string, string>>): { answers: Answers; asked: unknown[] } {
  const asked: unknown[] = [];
  const answers: Answers = {
    "aws:ec2/getVpcs:getVpcs": (it) => {
      asked.push(it);
      return { ids: vpcs };
    },
    "aws:ec2/getSubnets:getSubnets": (it) => {
      asked.push(it);
      return { ids: Object.keys(subnets[(it.tags as { tier: string }).tier] ?? {}) };
    },
    "aws:ec2/getSubnet:getSubnet": ({ id }) => ({
      availabilityZone: Object.values(subnets).flatMap((it) => it[String(id)] ?? [])[0],
    }),
  };
  return { answers, asked };
}

const twoTiers = {
  private: { "subnet-0000000b": "eu-central-1b", "subnet-0000000a": "eu-central-1a" },
  public: { "subnet-0000000c": "eu-central-1a", "subnet-0000000d": "eu-central-1b" },
};

const run = (answers: Answers, over: object = {}) =>
  stack({ blue: manifest("v1") }, { aws: { ...placeless, network, ...over }, answers });

describe("a network that is found by its tags", () => {
  it("is asked for by all of them, its subnets by theirs inside it", async () => {
    const { answers, asked } = has(["vpc-0000000a"], twoTiers);
    await run(answers);
    const within = { filters: [{ name: "vpc-id", values: ["vpc-0000000a"] }] };
    expect(asked).toEqual([
      { tags: { Name: "shop" } },
      { ...within, tags: { tier: "private" } },
      { ...within, tags: { tier: "public" } },
    ]);
  });

  it("is what the stack runs in, with its subnets in an order that does not change", async () => {
    const { resources } = await run(has(["vpc-0000000a"], twoTiers).answers);
    expect(one(resources, "lb:LoadBalancer", "load-balancer").inputs.subnets).toEqual([
      "subnet-0000000c",
      "subnet-0000000d",
    ]);
    expect(one(resources, "ecs:Service", "blue-api").inputs.networkConfiguration).toMatchObject({
      subnets: ["subnet-0000000a", "subnet-0000000b"],
    });
    for (const type of ["lb:TargetGroup", "ec2:SecurityGroup"]) {
      for (const it of resources.filter((other) => other.type === type)) {
        expect(it.inputs.vpcId, it.name).toBe("vpc-0000000a");
      }
    }
    expect(resources.filter((it) => it.protected)).toEqual([]);
  });

  it("has several subnets for tasks in one zone, if a team wants it so", async () => {
    const several = { ...twoTiers, private: { ...twoTiers.private, "subnet-0000000f": "eu-central-1a" } };
    const { resources } = await run(has(["vpc-0000000a"], several).answers);
    const { subnets } = one(resources, "ecs:Service", "blue-api").inputs.networkConfiguration as { subnets: string[] };
    expect(subnets).toHaveLength(3);
  });

  it("is asked for no subnets of a load balancer that is there already", async () => {
    const { tags, tasks } = network.existing;
    const { answers, asked } = has(["vpc-0000000a"], twoTiers);
    await run(answers, { network: { existing: { tags, tasks } }, loadBalancer: { existing } });
    expect(asked).toHaveLength(2);
  });

  it.each([
    [
      "no VPC",
      [],
      twoTiers,
      "No VPC in eu-central-1 has the tags Name=shop.\nWhere: greenlight:aws.network.existing.tags",
    ],
    [
      "two VPCs",
      ["vpc-0000000b", "vpc-0000000a"],
      twoTiers,
      "2 VPCs in eu-central-1 have the tags Name=shop: vpc-0000000a, vpc-0000000b.\nWhere: greenlight:aws.network.existing.tags",
    ],
    [
      "no subnets",
      ["vpc-0000000a"],
      { private: twoTiers.private },
      "There are no subnets of vpc-0000000a with the tags tier=public.\nWhere: greenlight:aws.network.existing.loadBalancer",
    ],
    [
      "subnets of one zone",
      ["vpc-0000000a"],
      { ...twoTiers, private: { "subnet-0000000b": "eu-central-1a", "subnet-0000000a": "eu-central-1a" } },
      "All subnets of vpc-0000000a with the tags tier=private are in eu-central-1a: subnet-0000000a, subnet-0000000b.\nWhere: greenlight:aws.network.existing.tasks",
    ],
    [
      "two subnets of a load balancer in one zone",
      ["vpc-0000000a"],
      { ...twoTiers, public: { ...twoTiers.public, "subnet-0000000e": "eu-central-1b" } },
      "Of the subnets of vpc-0000000a with the tags tier=public several are in eu-central-1b, where a load balancer takes one: subnet-0000000d, subnet-0000000e.",
    ],
    [
      "more subnets than a load balancer takes",
      ["vpc-0000000a"],
      {
        ...twoTiers,
        public: Object.fromEntries(
          [...Array(17).keys()].map((index) => [`subnet-000000${index + 10}`, "eu-central-1a"]),
        ),
      },
      "There are 17 subnets of vpc-0000000a with the tags tier=public.",
    ],
  ] as const)("is refused with what was found and where that is set: %s", async (_, vpcs, subnets, expected) => {
    const refused = run(has([...vpcs], subnets).answers);
    await expect(refused).rejects.toThrow(expected);
    await expect(refused).rejects.toThrow("Nothing of AWS was made or changed.");
  });

  it("is told as AWS's own refusal where AWS does not answer", async () => {
    const answers: Answers = {
      "aws:ec2/getVpcs:getVpcs": () => {
        const details = "UnauthorizedOperation: ec2:DescribeVpcs";
        throw Object.assign(new Error(details), { details });
      },
    };
    await expect(run(answers)).rejects.toThrow(/AWS did not tell the VPC\.\nBecause: .*UnauthorizedOperation/);
  });
});
