import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

const inputs = z.strictObject({
  cidrBlock: z.string(),
  enableDnsHostnames: z.boolean().optional(),
  enableDnsSupport: z.boolean().default(true),
  instanceTenancy: z.enum(["default", "dedicated"]).default("default"),
});

export const vpc = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["cidrBlock", "instanceTenancy"],
  computed: ["enableDnsHostnames"],
  tag: tagId,
  async create({ aws, tags }, { cidrBlock, instanceTenancy }) {
    const request = { CidrBlock: cidrBlock, InstanceTenancy: instanceTenancy, ...specifications("vpc", tags) };
    const { Vpc: made } = await aws.client(EC2Client).send(new CreateVpcCommand(request));
    return made?.VpcId ?? "";
  },
  async settle({ aws }, id, { enableDnsHostnames: hostnames, enableDnsSupport: support }) {
    const ec2 = aws.client(EC2Client);
    // One attribute a request, and names only where there is DNS at all.
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsSupport: { Value: support } }));
    if (hostnames !== undefined) {
      await ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, EnableDnsHostnames: { Value: hostnames } }));
    }
  },
  async read({ aws }, id) {
    const ec2 = aws.client(EC2Client);
    const answer = await orGone(ec2.send(new DescribeVpcsCommand({ VpcIds: [id] })), "InvalidVpcID.NotFound");
    const found = answer?.Vpcs?.[0];
    if (found === undefined) return undefined;
    const ofVpc = { Name: "vpc-id", Values: [id] };
    const [support, hostnames, groups, tables] = await Promise.all([
      ec2.send(new DescribeVpcAttributeCommand({ VpcId: id, Attribute: "enableDnsSupport" })),
      ec2.send(new DescribeVpcAttributeCommand({ VpcId: id, Attribute: "enableDnsHostnames" })),
      ec2.send(new DescribeSecurityGroupsCommand({ Filters: [ofVpc, { Name: "group-name", Values: ["default"] }] })),
      ec2.send(new DescribeRouteTablesCommand({ Filters: [ofVpc, { Name: "association.main", Values: ["true"] }] })),
    ]);
    const table = tables.RouteTables?.[0]?.RouteTableId;
    return {
      arn: `arn:aws:ec2:${aws.region}:${found.OwnerId}:vpc/${id}`,
      ownerId: found.OwnerId,
      cidrBlock: found.CidrBlock,
      instanceTenancy: found.InstanceTenancy,
      enableDnsSupport: support.EnableDnsSupport?.Value,
      enableDnsHostnames: hostnames.EnableDnsHostnames?.Value,
      defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId,
      defaultRouteTableId: table,
      mainRouteTableId: table,
      tagsAll: tagBag(found.Tags),
    };
  },
  // Attributes are set by settle, after a creation and a change alike.
  async update() {},
  async delete({ aws }, id) {
    await orGone(aws.client(EC2Client).send(new DeleteVpcCommand({ VpcId: id })), "InvalidVpcID.NotFound");
  },
});
