import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { AwsFunction } from "../plugin/standIn.ts";
import { tagBag } from "../resources/tags.ts";

const filters = z.array(z.strictObject({ name: z.string(), values: z.array(z.string()) })).optional();
const tags = z.record(z.string(), z.string()).optional();
const vpcArguments = z.strictObject({ id: z.string().optional(), default: z.boolean().optional(), filters, tags });
const subnetArguments = z.strictObject({ filters, tags });

export const getVpc: AwsFunction = async (aws, given) => {
  const asked = vpcArguments.parse(given);
  const { Vpcs: found = [] } = await aws.client(EC2Client).send(
    new DescribeVpcsCommand({
      ...(asked.id === undefined ? {} : { VpcIds: [asked.id] }),
      Filters: [...filtersOf(asked), ...(asked.default === true ? [{ Name: "is-default", Values: ["true"] }] : [])],
    }),
  );
  const [vpc, ...others] = found;
  if (vpc === undefined) throw new Error(`No VPC matches ${JSON.stringify(given)}.`);
  if (others.length > 0) throw new Error(`${found.length} VPCs match ${JSON.stringify(given)}; name one by its id.`);
  return {
    id: vpc.VpcId,
    arn: `arn:aws:ec2:${aws.region}:${vpc.OwnerId}:vpc/${vpc.VpcId}`,
    cidrBlock: vpc.CidrBlock,
    default: vpc.IsDefault,
    ownerId: vpc.OwnerId,
    state: vpc.State,
    tags: tagBag(vpc.Tags),
    region: aws.region,
  };
};

export const getSubnets: AwsFunction = async (aws, given) => {
  const asked = subnetArguments.parse(given);
  const { Subnets: found = [] } = await aws
    .client(EC2Client)
    .send(new DescribeSubnetsCommand({ Filters: filtersOf(asked) }));
  return { id: aws.region, ids: found.map(({ SubnetId: id }) => id), region: aws.region, tags: asked.tags };
};

function filtersOf(asked: { filters?: z.infer<typeof filters>; tags?: z.infer<typeof tags> }) {
  return [
    ...(asked.filters ?? []).map(({ name, values }) => ({ Name: name, Values: values })),
    ...Object.entries(asked.tags ?? {}).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
  ];
}
