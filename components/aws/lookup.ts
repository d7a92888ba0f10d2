import type { GetSubnetArgs } from "@pulumi/aws/ec2/getSubnet.js";
import type { GetSubnetsArgs } from "@pulumi/aws/ec2/getSubnets.js";
import type { GetVpcsArgs } from "@pulumi/aws/ec2/getVpcs.js";
import type { GetAvailabilityZonesArgs } from "@pulumi/aws/getAvailabilityZones.js";
import type { z } from "zod";
import { Problem } from "../../release/problem.ts";
import * as pulumi from "../pulumi.ts";
import { type AwsProvider, version } from "./resource.ts";

/** Every function of the aws plugin that a stack asks, with what it takes. */
export interface AwsFunctions {
  "aws:ec2/getSubnet:getSubnet": GetSubnetArgs;
  "aws:ec2/getSubnets:getSubnets": GetSubnetsArgs;
  "aws:ec2/getVpcs:getVpcs": GetVpcsArgs;
  "aws:index/getAvailabilityZones:getAvailabilityZones": GetAvailabilityZonesArgs;
}

/** What was asked before anything is composed leaves all as it was. */
export const nothingMade = "Nothing of AWS was made or changed.";

/**
 * What AWS has, asked by the stack's own provider: in its region and account, and not before the release was judged.
 *
 * @param what what is asked for, as in "the VPC"
 * @throws Problem when AWS does not answer, or not with that
 */
export async function lookUp<Token extends keyof AwsFunctions, Answer>(
  token: Token,
  args: AwsFunctions[Token],
  { what, answer, provider }: { what: string; answer: z.ZodType<Answer>; provider: AwsProvider },
): Promise<Answer> {
  try {
    return answer.parse(await pulumi.invoke(token, { ...args }, { provider, version }));
  } catch (cause) {
    throw new Problem({
      happened: `AWS did not tell ${what}.`,
      where: token,
      untouched: nothingMade,
      next: "mend what is named, such as a right of the deployer (docs/aws-deployer-policy.md), and run this again",
      cause,
    });
  }
}
