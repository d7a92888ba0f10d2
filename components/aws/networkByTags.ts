import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { lookUp, nothingMade } from "./lookup.ts";
import type { AwsProvider } from "./resource.ts";
import type { AwsNetworkSettings } from "./settings.ts";

type Sought = NonNullable<AwsNetworkSettings["existing"]>;
type Tags = Readonly<Record<string, string>>;

/** A network that is there, by its ids. */
export interface FoundNetwork {
  readonly vpc: string;
  /** Subnets of the services' tasks. */
  readonly tasks: string[];
  /** Subnets of the load balancer; none where it is there already. */
  readonly loadBalancer: string[];
}

/** Where settings of a network by tags are, for errors. */
const at = "greenlight:aws.network.existing";

/** As many as the settings take by their ids. */
const mostSubnets = 16;

const ids = z.object({ ids: z.array(z.string()) });
const zone = z.object({ availabilityZone: z.string().min(1) });

/**
 * The one VPC of a region that has the tags, and its subnets that have theirs, sorted: AWS tells them in any order.
 *
 * @throws Problem for none or several VPCs, for subnets of one zone only, and for several of a load balancer in one zone
 */
export async function networkByTags(sought: Sought, region: string, provider: AwsProvider): Promise<FoundNetwork> {
  const { ids: found } = await lookUp(
    "aws:ec2/getVpcs:getVpcs",
    { tags: { ...sought.tags } },
    { what: "the VPC", answer: ids, provider },
  );
  const [vpc, ...others] = [...found].sort();
  if (vpc === undefined || others.length > 0) {
    const has = `tags ${tell(sought.tags)}`;
    throw new Problem({
      happened:
        vpc === undefined
          ? `No VPC in ${region} has the ${has}.`
          : `${found.length} VPCs in ${region} have the ${has}: ${[vpc, ...others].join(", ")}.`,
      where: `${at}.tags`,
      untouched: nothingMade,
      next: `name tags there that one VPC has and no other, or name it by its id (greenlight:aws.vpc)`,
    });
  }
  const subnets = (of: "tasks" | "loadBalancer") => subnetsOf(vpc, of, sought[of], provider);
  const [tasks, loadBalancer] = await Promise.all([subnets("tasks"), subnets("loadBalancer")]);
  return { vpc, tasks, loadBalancer };
}

async function subnetsOf(
  vpc: string,
  of: "tasks" | "loadBalancer",
  tags: Tags | undefined,
  provider: AwsProvider,
): Promise<string[]> {
  if (tags === undefined) return [];
  const what = `subnets of ${vpc}`;
  const wrong = (happened: string) =>
    new Problem({
      happened,
      where: `${at}.${of}`,
      untouched: nothingMade,
      next: "name tags there that subnets in two zones or more have, at most 16 of them, or give just those the tags",
    });
  const { ids: found } = await lookUp(
    "aws:ec2/getSubnets:getSubnets",
    { filters: [{ name: "vpc-id", values: [vpc] }], tags: { ...tags } },
    { what, answer: ids, provider },
  );
  const told = `${what} with the tags ${tell(tags)}`;
  if (found.length === 0) throw wrong(`There are no ${told}.`);
  if (found.length > mostSubnets) throw wrong(`There are ${found.length} ${told}.`);
  const sorted = [...found].sort();
  const zones = await Promise.all(
    sorted.map(async (id) => {
      const asked = { what: `the zone of ${id}`, answer: zone, provider };
      return (await lookUp("aws:ec2/getSubnet:getSubnet", { id }, asked)).availabilityZone;
    }),
  );
  if (new Set(zones).size < 2) throw wrong(`All ${told} are in ${zones[0]}: ${sorted.join(", ")}.`);
  // A load balancer takes one subnet of a zone. Source: AWS, "Subnets for your load balancer".
  const twice = zones.find((it, index) => zones.indexOf(it) < index);
  if (of === "loadBalancer" && twice !== undefined) {
    const inIt = sorted.filter((_, index) => zones[index] === twice);
    throw wrong(`Of the ${told} several are in ${twice}, where a load balancer takes one: ${inIt.join(", ")}.`);
  }
  return sorted;
}

function tell(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}
