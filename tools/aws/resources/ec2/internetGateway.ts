import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DescribeInternetGatewaysCommand,
  DetachInternetGatewayCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

const inputs = z.strictObject({ vpcId: z.string().optional() });
const gone = ["InvalidInternetGatewayID.NotFound", "InvalidInternetGatewayId.NotFound", "Gateway.NotAttached"];

export const internetGateway = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: [],
  computed: ["vpcId"],
  tag: tagId,
  async create({ aws, tags }, { vpcId }) {
    const ec2 = aws.client(EC2Client);
    const { InternetGateway: made } = await ec2.send(
      new CreateInternetGatewayCommand(specifications("internet-gateway", tags)),
    );
    const id = made?.InternetGatewayId ?? "";
    if (vpcId !== undefined) await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId }));
    return id;
  },
  async read({ aws }, id) {
    const request = new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] });
    const found = (await orGone(aws.client(EC2Client).send(request), ...gone))?.InternetGateways?.[0];
    if (found === undefined) return undefined;
    const ownerId = found.OwnerId ?? (await aws.account());
    return {
      arn: `arn:aws:ec2:${aws.region}:${ownerId}:internet-gateway/${id}`,
      ownerId,
      vpcId: found.Attachments?.[0]?.VpcId,
      tagsAll: tagBag(found.Tags),
    };
  },
  async update({ aws }, id, { vpcId }, state) {
    const ec2 = aws.client(EC2Client);
    if (typeof state.vpcId === "string") {
      const detach = new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: state.vpcId });
      await orGone(ec2.send(detach), ...gone);
    }
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId }));
  },
  async delete({ aws }, id, state) {
    const ec2 = aws.client(EC2Client);
    if (typeof state.vpcId === "string") {
      const detach = new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: state.vpcId });
      await orGone(ec2.send(detach), ...gone);
    }
    await orGone(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id })), ...gone);
  },
});
