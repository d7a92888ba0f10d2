import {
  CreateDBSubnetGroupCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBSubnetGroupsCommand,
  ModifyDBSubnetGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagList } from "../tags.ts";
import { tagArn, tagsOfArn } from "./tagArn.ts";

const inputs = z.strictObject({
  name: z.string().regex(/^[a-z0-9 ._-]{1,255}$/, "must be small letters, digits, spaces, dots, _ and -"),
  description: z.string().default("Managed by Pulumi"),
  subnetIds: z.array(z.string()),
});
const gone = ["DBSubnetGroupNotFoundFault", "DBSubnetGroupNotFound"];

export const subnetGroup = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["name"],
  autoName: { property: "name", longest: 255 },
  tag: async (step, _id, put, remove, state) => await tagArn(step, String(state.arn), put, remove),
  async create({ aws, tags }, { name, description, subnetIds }) {
    const asked = { DBSubnetGroupName: name, DBSubnetGroupDescription: description, SubnetIds: subnetIds };
    await aws.client(RDSClient).send(new CreateDBSubnetGroupCommand({ ...asked, Tags: tagList(tags) }));
    return name;
  },
  async read(step, id) {
    const request = new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: id });
    const answer = await orGone(step.aws.client(RDSClient).send(request), ...gone);
    const found = answer?.DBSubnetGroups?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.DBSubnetGroupArn,
      name: found.DBSubnetGroupName,
      description: found.DBSubnetGroupDescription,
      subnetIds: found.Subnets?.map((it) => it.SubnetIdentifier),
      vpcId: found.VpcId,
      tagsAll: await tagsOfArn(step, found.DBSubnetGroupArn),
    };
  },
  async update({ aws }, id, { description, subnetIds }) {
    const asked = { DBSubnetGroupDescription: description, SubnetIds: subnetIds };
    await aws.client(RDSClient).send(new ModifyDBSubnetGroupCommand({ DBSubnetGroupName: id, ...asked }));
  },
  async delete({ aws }, id) {
    const request = new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: id });
    await orGone(aws.client(RDSClient).send(request), ...gone);
  },
});
