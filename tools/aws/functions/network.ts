import {
  DescribeAvailabilityZonesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { AwsFunction } from "../plugin/standIn.ts";
import { tagBag } from "../resources/tags.ts";

const filters = z.array(z.strictObject({ name: z.string(), values: z.array(z.string()) })).optional();
const tags = z.record(z.string(), z.string()).optional();
const vpcArguments = z.strictObject({ id: z.string().optional(), default: z.boolean().optional(), filters, tags });
const subnetArguments = z.strictObject({ id: z.string().optional(), filters, tags });
const severalArguments = z.strictObject({ filters, tags });
const zoneArguments = z.strictObject({ state: z.string().optional(), filters });

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

export const getVpcs: AwsFunction = async (aws, given) => {
  const asked = severalArguments.parse(given);
  const { Vpcs: found = [] } = await aws.client(EC2Client).send(new DescribeVpcsCommand({ Filters: filtersOf(asked) }));
  return { id: aws.region, ids: found.map(({ VpcId: id }) => id), region: aws.region, tags: asked.tags };
};

export const getSubnet: AwsFunction = async (aws, given) => {
  const asked = subnetArguments.parse(given);
  const { Subnets: found = [] } = await aws.client(EC2Client).send(
    new DescribeSubnetsCommand({
      ...(asked.id === undefined ? {} : { SubnetIds: [asked.id] }),
      Filters: filtersOf(asked),
    }),
  );
  const [subnet, ...others] = found;
  if (subnet === undefined) throw new Error(`No subnet matches ${JSON.stringify(given)}.`);
  if (others.length > 0) throw new Error(`${found.length} subnets match ${JSON.stringify(given)}; name one by its id.`);
  return {
    id: subnet.SubnetId,
    arn: subnet.SubnetArn,
    availabilityZone: subnet.AvailabilityZone,
    availabilityZoneId: subnet.AvailabilityZoneId,
    availableIpAddressCount: subnet.AvailableIpAddressCount,
    cidrBlock: subnet.CidrBlock,
    defaultForAz: subnet.DefaultForAz,
    mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch,
    ownerId: subnet.OwnerId,
    state: subnet.State,
    vpcId: subnet.VpcId,
    tags: tagBag(subnet.Tags),
    region: aws.region,
  };
};

export const getAvailabilityZones: AwsFunction = async (aws, given) => {
  const { state, filters: asked } = zoneArguments.parse(given);
  const { AvailabilityZones: found = [] } = await aws.client(EC2Client).send(
    new DescribeAvailabilityZonesCommand({
      Filters: [...filtersOf({ filters: asked }), ...(state === undefined ? [] : [{ Name: "state", Values: [state] }])],
    }),
  );
  return {
    id: aws.region,
    names: found.map(({ ZoneName: name }) => name),
    zoneIds: found.map(({ ZoneId: id }) => id),
    groupNames: [...new Set(found.map(({ GroupName: name }) => name))],
    state,
    region: aws.region,
  };
};

export const getSubnets: AwsFunction = async (aws, given) => {
  const asked = severalArguments.parse(given);
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
