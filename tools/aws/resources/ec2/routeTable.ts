import {
  CreateRouteTableCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

// Routes are resources of their own here; inline ones, which fight with those, are not supported.
const inputs = z.strictObject({ vpcId: z.string() });
const gone = ["InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound"];

export const routeTable = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["vpcId"],
  tag: tagId,
  async create({ aws, tags }, { vpcId }) {
    const request = new CreateRouteTableCommand({ VpcId: vpcId, ...specifications("route-table", tags) });
    const { RouteTable: made } = await aws.client(EC2Client).send(request);
    return made?.RouteTableId ?? "";
  },
  async read({ aws }, id) {
    const answer = await orGone(
      aws.client(EC2Client).send(new DescribeRouteTablesCommand({ RouteTableIds: [id] })),
      ...gone,
    );
    const found = answer?.RouteTables?.[0];
    if (found === undefined) return undefined;
    return {
      arn: `arn:aws:ec2:${aws.region}:${found.OwnerId}:route-table/${id}`,
      ownerId: found.OwnerId,
      vpcId: found.VpcId,
      tagsAll: tagBag(found.Tags),
    };
  },
  async delete({ aws }, id) {
    await orGone(aws.client(EC2Client).send(new DeleteRouteTableCommand({ RouteTableId: id })), ...gone);
  },
});
