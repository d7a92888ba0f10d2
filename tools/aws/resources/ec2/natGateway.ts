import {
  CreateNatGatewayCommand,
  DeleteNatGatewayCommand,
  DescribeNatGatewaysCommand,
  EC2Client,
  type NatGateway,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

// One in a subnet; those that span a region's zones by themselves are not supported.
const inputs = z.strictObject({
  subnetId: z.string(),
  allocationId: z.string().optional(),
  connectivityType: z.enum(["public", "private"]).default("public"),
  privateIp: z.string().optional(),
});
const gone = ["NatGatewayNotFound", "InvalidNatGatewayID.NotFound"];

export const natGateway = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["subnetId", "allocationId", "connectivityType", "privateIp"],
  computed: ["privateIp"],
  tag: tagId,
  check: ({ connectivityType, allocationId }): Record<string, string> =>
    (connectivityType === "public") === (allocationId === undefined)
      ? { allocationId: "a public NAT gateway needs an address, a private one has none" }
      : {},
  async create({ aws, tags }, news) {
    const request = new CreateNatGatewayCommand({
      SubnetId: news.subnetId,
      AllocationId: news.allocationId,
      ConnectivityType: news.connectivityType,
      PrivateIpAddress: news.privateIp,
      ...specifications("natgateway", tags),
    });
    return (await aws.client(EC2Client).send(request)).NatGateway?.NatGatewayId ?? "";
  },
  async settle(step, id) {
    await step.aws.until(`the NAT gateway ${id} to be available`, step.timeoutMs ?? 10 * 60_000, async (see) => {
      const found = await describe(step, id);
      if (found?.State === "failed") throw new Error(`The NAT gateway ${id} failed: ${found.FailureMessage}.`);
      see(String(found?.State));
      return found?.State === "available" ? true : undefined;
    });
  },
  async read(step, id) {
    const found = await describe(step, id);
    if (found === undefined || found.State === "deleted") return undefined;
    const [address] = found.NatGatewayAddresses ?? [];
    return {
      subnetId: found.SubnetId,
      allocationId: address?.AllocationId,
      associationId: address?.AssociationId,
      connectivityType: found.ConnectivityType,
      networkInterfaceId: address?.NetworkInterfaceId,
      privateIp: address?.PrivateIp,
      publicIp: address?.PublicIp,
      tagsAll: tagBag(found.Tags),
    };
  },
  async delete(step, id) {
    await orGone(step.aws.client(EC2Client).send(new DeleteNatGatewayCommand({ NatGatewayId: id })), ...gone);
    // Its address and its subnet are free only then.
    await step.aws.until(`the NAT gateway ${id} to be gone`, step.timeoutMs ?? 30 * 60_000, async (see) => {
      const found = await describe(step, id);
      see(String(found?.State));
      return found === undefined || found.State === "deleted" ? true : undefined;
    });
  },
});

async function describe({ aws }: Step, id: string): Promise<NatGateway | undefined> {
  const request = new DescribeNatGatewaysCommand({ NatGatewayIds: [id] });
  return (await orGone(aws.client(EC2Client).send(request), ...gone))?.NatGateways?.[0];
}
