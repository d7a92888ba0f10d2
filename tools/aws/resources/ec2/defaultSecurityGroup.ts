import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { tagId } from "./tags.ts";

const closed = z.array(z.unknown()).max(0, "only a default group without rules is supported").default([]);
const inputs = z.strictObject({ vpcId: z.string(), ingress: closed, egress: closed });

/** The group that AWS makes along with a VPC: taken over as it is, closed, and left where it is when it is given up. */
export const defaultSecurityGroup = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["vpcId"],
  tag: tagId,
  async create(step, { vpcId }) {
    const filters = [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "group-name", Values: ["default"] },
    ];
    const request = new DescribeSecurityGroupsCommand({ Filters: filters });
    const found = (await step.aws.client(EC2Client).send(request)).SecurityGroups?.[0];
    if (found?.GroupId === undefined) throw new Error(`The VPC ${vpcId} has no default security group.`);
    await tagId(step, found.GroupId, step.tags, []);
    await close(step, found);
    return found.GroupId;
  },
  async read(step, id) {
    const found = await describe(step, id);
    if (found === undefined) return undefined;
    return {
      arn: `arn:aws:ec2:${step.aws.region}:${found.OwnerId}:security-group/${id}`,
      name: found.GroupName,
      description: found.Description,
      vpcId: found.VpcId,
      ownerId: found.OwnerId,
      ingress: found.IpPermissions ?? [],
      egress: found.IpPermissionsEgress ?? [],
      tagsAll: tagBag(found.Tags),
    };
  },
  async update(step, id) {
    const found = await describe(step, id);
    if (found !== undefined) await close(step, found);
  },
  async delete() {
    // It goes with its VPC, and not before.
  },
});

async function describe({ aws }: Step, id: string): Promise<SecurityGroup | undefined> {
  const request = new DescribeSecurityGroupsCommand({ GroupIds: [id] });
  const answer = await orGone(aws.client(EC2Client).send(request), "InvalidGroup.NotFound", "InvalidGroupId.Malformed");
  return answer?.SecurityGroups?.[0];
}

async function close({ aws }: Step, { GroupId, IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup) {
  const ec2 = aws.client(EC2Client);
  if (IpPermissions.length > 0) await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  if (IpPermissionsEgress.length > 0) {
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }));
  }
}
