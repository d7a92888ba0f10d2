import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import type * as pulumi from "../pulumi.ts";
import { lookUp, nothingMade } from "./lookup.ts";
import { networkByTags } from "./networkByTags.ts";
import type { AwsProvider } from "./resource.ts";
import type { AwsSettings } from "./settings.ts";
import { Vpc } from "./vpc.ts";

/** Where a stack runs: a VPC and its subnets, named by ids, found by tags, or made. */
export interface Ground {
  readonly vpc: pulumi.Input<string>;
  /** Subnets of the services' tasks. */
  readonly tasks: pulumi.Input<string>[];
  /** Subnets of the load balancer; none where it is there already. */
  readonly loadBalancer: pulumi.Input<string>[];
  /** The VPC, where the stack makes it: all that runs in it waits for its routes. */
  readonly made: readonly Vpc[];
}

/**
 * Where a stack runs, by its settings. Ids ask nobody.
 *
 * @throws Problem when AWS has no such network, or no two zones for a new one
 */
export async function groundOf(
  prefix: string,
  { vpc, subnets, network, region, loadBalancer: { create } }: AwsSettings,
  provider: AwsProvider,
  options: pulumi.ComponentResourceOptions,
): Promise<Ground> {
  if (network?.existing !== undefined) {
    return { ...(await networkByTags(network.existing, region, provider)), made: [] };
  }
  if (network?.create !== undefined) {
    const { cidr, nat } = network.create;
    const zones = await twoZones(region, provider);
    const made = new Vpc("vpc", { stack: prefix, cidr, zones, nat }, options);
    const { privateSubnets, publicSubnets } = made;
    const loadBalancer = create?.internal === true ? privateSubnets : publicSubnets;
    return { vpc: made.vpc, tasks: privateSubnets, loadBalancer, made: [made] };
  }
  if (vpc === undefined || subnets === undefined) throw new Error("The settings say not where the stack runs.");
  return { vpc, tasks: subnets, loadBalancer: create?.subnets ?? [], made: [] };
}

/** What others need to know of a network that the stack made, such as who allows its addresses in. */
export function networkOutputs({ made: [vpc] }: Ground): Record<string, pulumi.Input<unknown>> {
  if (vpc === undefined) return {};
  const { vpc: id, privateSubnets, publicSubnets, addresses } = vpc;
  return { network: { vpc: id, privateSubnets, publicSubnets, addresses } };
}

/** The first two availability zones of the region, by name: no local zones, which an account asks for one by one. */
async function twoZones(region: string, provider: AwsProvider): Promise<readonly [string, string]> {
  const { names } = await lookUp(
    "aws:index/getAvailabilityZones:getAvailabilityZones",
    // Also those that AWS has trouble in: an update on such a day must find what is there.
    { filters: [{ name: "zone-type", values: ["availability-zone"] }] },
    { what: `the zones of ${region}`, answer: z.object({ names: z.array(z.string()) }), provider },
  );
  const [first, second] = [...names].sort();
  if (first !== undefined && second !== undefined) return [first, second];
  throw new Problem({
    happened: `A network in two zones cannot be made: AWS offers the account ${names.length === 0 ? "none" : names.join(", ")} in ${region}.`,
    where: "greenlight:aws.network.create",
    untouched: nothingMade,
    next: "choose another region (greenlight:aws.region), or name a network that is there",
  });
}
