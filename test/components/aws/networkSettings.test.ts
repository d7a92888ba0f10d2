import { describe, expect, it } from "vitest";
import { readSettings } from "../../../config.ts";
import { config, existing, faultsOf, placeless, settings } from "./shop.ts";

const { create } = settings.aws.loadBalancer;
const byTags = { tags: { Name: "shop" }, tasks: { tier: "private" } };
const own = { create: { cidr: "10.20.0.0/16" } };
const waf = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/01234567-89ab-cdef-0123-456789abcdef";
const faults = (aws: Record<string, unknown>) => faultsOf({ aws });

describe("where a stack on AWS runs", () => {
  it.each([
    ["by ids", {}],
    ["by tags", { ...placeless, network: { existing: { ...byTags, loadBalancer: { tier: "public" } } } }],
    [
      "by tags that AWS gave",
      {
        ...placeless,
        network: {
          existing: { ...byTags, tags: { "aws:cloudformation:stack-name": "net" }, loadBalancer: { t: "p" } },
        },
      },
    ],
    [
      "by tags, behind a load balancer that is there",
      { ...placeless, loadBalancer: { existing }, network: { existing: byTags } },
    ],
    ["in a network of its own", { ...placeless, network: own }],
  ])("is said %s", (_, aws) => {
    expect(faults(aws)).toEqual([]);
  });

  it("has one NAT gateway unless the settings say one in each zone", () => {
    const nat = (more: object) => {
      const aws = { ...settings.aws, ...placeless, network: { create: { ...own.create, ...more } } };
      return readSettings(config({ ...settings, aws })).aws?.network?.create?.nat;
    };
    expect(nat({})).toBe("one");
    expect(nat({ nat: "each" })).toBe("each");
  });

  it("must be said, with each key that is missing", () => {
    expect(faults(placeless)).toEqual([
      "greenlight:aws.vpc is missing; expected a VPC's id, or greenlight:aws.network in place of ids",
      "greenlight:aws.subnets is missing; expected at least two subnets' ids, or greenlight:aws.network in place of ids",
      "greenlight:aws.loadBalancer.create.subnets is missing; expected at least two subnets' ids, or greenlight:aws.network in place of ids",
    ]);
    expect(faults({ ...placeless, loadBalancer: { existing } })).toHaveLength(2);
  });

  it("is said once: ids beside a network are refused, each by its key", () => {
    const beside = "stands beside greenlight:aws.network, which says where the stack runs: take one of them out";
    expect(faults({ network: own })).toEqual([
      `greenlight:aws.vpc ${beside}`,
      `greenlight:aws.subnets ${beside}`,
      `greenlight:aws.loadBalancer.create.subnets ${beside}`,
    ]);
  });

  it.each([
    [
      "a new network around a load balancer that is there",
      { ...placeless, network: own, loadBalancer: { existing } },
      "greenlight:aws.network.create is not offered with greenlight:aws.loadBalancer.existing, which has a network already: name that by greenlight:aws.network.existing, or have greenlight:aws.loadBalancer.create make a load balancer in the new one",
    ],
    [
      "no subnets for a load balancer that is made",
      { ...placeless, network: { existing: byTags } },
      "greenlight:aws.network.existing.loadBalancer is missing; expected tags of subnets for greenlight:aws.loadBalancer.create",
    ],
    [
      "subnets for a load balancer that is there",
      {
        ...placeless,
        network: { existing: { ...byTags, loadBalancer: { tier: "public" } } },
        loadBalancer: { existing },
      },
      "greenlight:aws.network.existing.loadBalancer means nothing with greenlight:aws.loadBalancer.existing, which has subnets already: take it out",
    ],
    [
      "a network made and there already",
      { ...placeless, network: { ...own, existing: byTags } },
      "greenlight:aws.network is a group of keys; expected either existing or create, not both",
    ],
    [
      "no tags to find it by",
      { ...placeless, network: { existing: { ...byTags, tags: {} } } },
      "greenlight:aws.network.existing.tags is an empty group; expected tags of a VPC, such as { Name: shop }",
    ],
    [
      "a tag that would find several",
      { ...placeless, network: { existing: { ...byTags, tags: { Name: "shop*" } } } },
      'greenlight:aws.network.existing.tags.Name is "shop*"; expected a tag\'s value',
    ],
    [
      "addresses that belong to others",
      { ...placeless, network: { create: { cidr: "52.0.0.0/16" } } },
      'greenlight:aws.network.create.cidr is "52.0.0.0/16"; expected a private range from /16 to /22, such as 10.20.0.0/16',
    ],
    [
      "a web ACL before a load balancer that is there",
      { loadBalancer: { existing, waf } },
      "greenlight:aws.loadBalancer.waf is not offered with greenlight:aws.loadBalancer.existing, which is the team's own: associate the web ACL where that is made, and take waf out here",
    ],
    [
      "a web ACL of another region",
      { loadBalancer: { create, waf: waf.replace("eu-central-1", "us-east-1") } },
      "greenlight:aws.loadBalancer.waf is in us-east-1; expected eu-central-1",
    ],
    [
      "a web ACL for CloudFront",
      { loadBalancer: { create, waf: waf.replace("regional", "global") } },
      "expected the ARN of a web ACL for regional resources",
    ],
  ])("is not %s", (_, aws, expected) => {
    const found = faults(aws);
    expect(found, found.join("\n")).toEqual([expect.stringContaining(expected)]);
  });
});
