import {
  AssociateRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({ routeTableId: z.string(), subnetId: z.string() });
const gone = ["InvalidAssociationID.NotFound", "InvalidAssociationId.NotFound"];

export const routeTableAssociation = kind<z.infer<typeof inputs>>({
  inputs,
  // The official plugin moves an association to another table in place, which gives it another id.
  replaceOn: ["routeTableId", "subnetId"],
  async create({ aws }, { routeTableId, subnetId }) {
    const request = new AssociateRouteTableCommand({ RouteTableId: routeTableId, SubnetId: subnetId });
    return (await aws.client(EC2Client).send(request)).AssociationId ?? "";
  },
  async read({ aws }, id) {
    const filters = [{ Name: "association.route-table-association-id", Values: [id] }];
    const { RouteTables: tables } = await aws
      .client(EC2Client)
      .send(new DescribeRouteTablesCommand({ Filters: filters }));
    const found = tables?.flatMap(({ Associations: all }) => all ?? []).find((it) => it.RouteTableAssociationId === id);
    return found === undefined ? undefined : { routeTableId: found.RouteTableId, subnetId: found.SubnetId };
  },
  async delete({ aws }, id) {
    await orGone(aws.client(EC2Client).send(new DisassociateRouteTableCommand({ AssociationId: id })), ...gone);
  },
});
