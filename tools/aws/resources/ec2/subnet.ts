import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifySubnetAttributeCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

const inputs = z.strictObject({
  vpcId: z.string(),
  cidrBlock: z.string(),
  availabilityZone: z.string().optional(),
  mapPublicIpOnLaunch: z.boolean().default(false),
});
const gone = ["InvalidSubnetID.NotFound"];

export const subnet = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["vpcId", "cidrBlock", "availabilityZone"],
  computed: ["availabilityZone"],
  tag: tagId,
  async create({ aws, tags }, { vpcId, cidrBlock, availabilityZone }) {
    const request = {
      VpcId: vpcId,
      CidrBlock: cidrBlock,
      AvailabilityZone: availabilityZone,
      ...specifications("subnet", tags),
    };
    const { Subnet: made } = await aws.client(EC2Client).send(new CreateSubnetCommand(request));
    return made?.SubnetId ?? "";
  },
  async settle({ aws }, id, { mapPublicIpOnLaunch: value }) {
    const request = new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch: { Value: value } });
    await aws.client(EC2Client).send(request);
  },
  async read({ aws }, id) {
    const answer = await orGone(aws.client(EC2Client).send(new DescribeSubnetsCommand({ SubnetIds: [id] })), ...gone);
    const found = answer?.Subnets?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.SubnetArn ?? `arn:aws:ec2:${aws.region}:${found.OwnerId}:subnet/${id}`,
      ownerId: found.OwnerId,
      vpcId: found.VpcId,
      cidrBlock: found.CidrBlock,
      availabilityZone: found.AvailabilityZone,
      availabilityZoneId: found.AvailabilityZoneId,
      mapPublicIpOnLaunch: found.MapPublicIpOnLaunch,
      tagsAll: tagBag(found.Tags),
    };
  },
  // The attribute is set by settle.
  async update() {},
  async delete({ aws, timeoutMs }, id) {
    const ec2 = aws.client(EC2Client);
    await aws.until(`the subnet ${id} to be free`, timeoutMs ?? 20 * 60_000, async (see) => {
      try {
        await orGone(ec2.send(new DeleteSubnetCommand({ SubnetId: id })), ...gone);
        return true;
      } catch (error) {
        if (!(error instanceof Error && error.name === "DependencyViolation")) throw error;
        see(error.message);
        return undefined;
      }
    });
  },
});
