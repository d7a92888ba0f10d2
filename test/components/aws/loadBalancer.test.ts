import { expect, it } from "vitest";
import { manifest, one, settings, stack } from "./shop.ts";

const waf = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/01234567-89ab-cdef-0123-456789abcdef";

it("a web ACL stands before the load balancer, and no listener is there before it", async () => {
  const { resources } = await stack(
    { blue: manifest("v1") },
    { aws: { loadBalancer: { ...settings.aws.loadBalancer, waf } } },
  );
  const association = one(resources, "wafv2:WebAclAssociation", "load-balancer-waf");
  expect(association).toMatchObject({
    parent: "aws:LoadBalancer load-balancer",
    inputs: { resourceArn: "arn:LoadBalancer/load-balancer", webAclArn: waf },
    // A load balancer has one: the old one, removed last, would leave it without any.
    deletedFirst: true,
  });
  for (const of of ["users", "blue", "green"]) {
    expect(one(resources, "lb:Listener", `load-balancer-${of}`).after).toContain(
      "wafv2:WebAclAssociation load-balancer-waf",
    );
  }
});

it("has no web ACL where the settings name none", async () => {
  const { resources } = await stack({ blue: manifest("v1") });
  expect(resources.filter(({ type }) => type.startsWith("wafv2:"))).toEqual([]);
});
