import { z } from "zod";
import { group, text } from "../../project/settingKinds.ts";
import { readAddressRange } from "./addressRange.ts";
import { tags } from "./settingKinds.ts";

const rangeExpected = "a private range from /16 to /22, such as 10.20.0.0/16";

/** Tags by which something is found: those that AWS itself gives too. */
const sought = (what: string, example: string) =>
  tags(/^[A-Za-z0-9 _.:/=+@-]{1,128}$/, `${what}, such as ${example}`).refine(
    (it) => Object.keys(it).length > 0,
    `${what}, such as ${example}`,
  );

/** Where a stack runs, by tags or made; the group `greenlight:aws.network`. */
export const network = group(
  {
    existing: group(
      {
        tags: sought("tags of a VPC", "{ Name: shop }").describe(
          "Tags that one VPC of the region has, and no other; all of them must fit.",
        ),
        tasks: sought("tags of subnets", "{ tier: private }").describe(
          "Tags of its subnets for the services' tasks, in two zones or more. They need a way to the registry, Secrets Manager and CloudWatch.",
        ),
        loadBalancer: sought("tags of subnets", "{ tier: public }")
          .optional()
          .describe(
            "Tags of its subnets for the load balancer of `loadBalancer.create`, in two zones or more: public ones, unless `internal`.",
          ),
      },
      "{ tags: { Name: shop }, tasks: { tier: private }, loadBalancer: { tier: public } }",
    )
      .optional()
      .describe("A VPC that is there already, found by tags in each preview and update. Either this or `create`."),
    create: group(
      {
        cidr: text(rangeExpected, /^[\d./]{9,18}$/)
          .refine((it) => readAddressRange(it) !== undefined, rangeExpected)
          .describe(
            "Its addresses. They cannot be changed later; networks that are ever to be connected need ranges apart.",
          ),
        nat: z
          .enum(["one", "each"], "one or each")
          .meta({ expected: "one or each" })
          .default("one")
          .describe(
            "NAT gateways: one for both zones, or one in each, so that a zone which fails takes no way out from the other. AWS bills each by the hour and by what goes through it.",
          ),
      },
      "{ cidr: 10.20.0.0/16 }",
    )
      .optional()
      .describe("A VPC of the stack's own, in two zones. Either this or `existing`."),
  },
  "{ create: { cidr: 10.20.0.0/16 } }",
)
  .refine((it) => (it.create === undefined) !== (it.existing === undefined), "either existing or create, not both")
  .meta({ expected: "either existing or create" });
