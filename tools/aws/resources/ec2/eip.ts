import {
  AllocateAddressCommand,
  DescribeAddressesCommand,
  EC2Client,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

// What uses an address names it, as a NAT gateway does; to give it to an instance is not supported.
const inputs = z.strictObject({ domain: z.enum(["vpc"]).optional() });
const gone = ["InvalidAllocationID.NotFound", "InvalidAddress.NotFound"];

export const eip = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["domain"],
  computed: ["domain"],
  tag: tagId,
  async create({ aws, tags }, { domain = "vpc" }) {
    const request = { Domain: domain, ...specifications("elastic-ip", tags) };
    return (await aws.client(EC2Client).send(new AllocateAddressCommand(request))).AllocationId ?? "";
  },
  async read({ aws }, id) {
    const describe = new DescribeAddressesCommand({ AllocationIds: [id] });
    const found = (await orGone(aws.client(EC2Client).send(describe), ...gone))?.Addresses?.[0];
    if (found === undefined) return undefined;
    return {
      allocationId: id,
      arn: `arn:aws:ec2:${aws.region}:${await aws.account()}:elastic-ip/${id}`,
      associationId: found.AssociationId,
      domain: found.Domain,
      networkInterface: found.NetworkInterfaceId,
      privateIp: found.PrivateIpAddress,
      publicIp: found.PublicIp,
      tagsAll: tagBag(found.Tags),
    };
  },
  async delete({ aws }, id) {
    await orGone(aws.client(EC2Client).send(new ReleaseAddressCommand({ AllocationId: id })), ...gone);
  },
});
