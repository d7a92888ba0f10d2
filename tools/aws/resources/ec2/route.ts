import {
  CreateRouteCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  ReplaceRouteCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  routeTableId: z.string(),
  destinationCidrBlock: z.string(),
  gatewayId: z.string().optional(),
  natGatewayId: z.string().optional(),
});
type Inputs = z.infer<typeof inputs>;
const gone = ["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"];

/** One way out of a route table; its id is made of the table and the destination. */
export const route = kind<Inputs>({
  inputs,
  replaceOn: ["routeTableId", "destinationCidrBlock"],
  check: ({ gatewayId, natGatewayId }): Record<string, string> =>
    (gatewayId === undefined) === (natGatewayId === undefined)
      ? { gatewayId: "exactly one of gatewayId and natGatewayId is needed" }
      : {},
  async create({ aws }, news) {
    await aws.client(EC2Client).send(new CreateRouteCommand(request(news)));
    return `r-${news.routeTableId}${hash(news.destinationCidrBlock)}`;
  },
  async read({ aws }, _id, state) {
    const describe = new DescribeRouteTablesCommand({ RouteTableIds: [String(state.routeTableId)] });
    const answer = await orGone(aws.client(EC2Client).send(describe), ...gone);
    const found = answer?.RouteTables?.[0]?.Routes?.find(
      (it) => it.DestinationCidrBlock === state.destinationCidrBlock,
    );
    if (found === undefined) return undefined;
    return {
      routeTableId: state.routeTableId,
      destinationCidrBlock: found.DestinationCidrBlock,
      gatewayId: found.GatewayId,
      natGatewayId: found.NatGatewayId,
      origin: found.Origin,
      state: found.State,
    };
  },
  async update({ aws }, _id, news) {
    await aws.client(EC2Client).send(new ReplaceRouteCommand(request(news)));
  },
  async delete({ aws }, _id, state) {
    const at = { RouteTableId: String(state.routeTableId), DestinationCidrBlock: String(state.destinationCidrBlock) };
    await orGone(aws.client(EC2Client).send(new DeleteRouteCommand(at)), ...gone);
  },
});

function request(news: Inputs) {
  return {
    RouteTableId: news.routeTableId,
    DestinationCidrBlock: news.destinationCidrBlock,
    GatewayId: news.gatewayId,
    NatGatewayId: news.natGatewayId,
  };
}

/** CRC-32 of the destination, with which the official ids end. */
function hash(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
