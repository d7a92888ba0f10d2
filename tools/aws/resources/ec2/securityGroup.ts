import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag } from "../tags.ts";
import { specifications, tagId } from "./tags.ts";

// Rules are resources of their own here; inline ones, which fight with those, are not supported.
const inputs = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  description: z.string().max(255).default("Managed by Pulumi"),
  vpcId: z.string().optional(),
  revokeRulesOnDelete: z.boolean().default(false),
});

export const securityGroup = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["name", "description", "vpcId"],
  computed: ["vpcId"],
  untold: ["revokeRulesOnDelete"],
  autoName: { property: "name", longest: 255 },
  tag: tagId,
  async create({ aws, tags }, { name, description, vpcId }) {
    const ec2 = aws.client(EC2Client);
    const { GroupId: id = "" } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: description,
        VpcId: vpcId,
        ...specifications("security-group", tags),
      }),
    );
    // As the official provider does: AWS lets a new group reach everything, which nobody asked for.
    const everywhere = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: everywhere }));
    return id;
  },
  async read({ aws }, id) {
    const answer = await orGone(
      aws.client(EC2Client).send(new DescribeSecurityGroupsCommand({ GroupIds: [id] })),
      ...["InvalidGroup.NotFound", "InvalidGroupId.Malformed"],
    );
    const found = answer?.SecurityGroups?.[0];
    if (found === undefined) return undefined;
    return {
      arn: `arn:aws:ec2:${aws.region}:${found.OwnerId}:security-group/${id}`,
      name: found.GroupName,
      description: found.Description,
      vpcId: found.VpcId,
      ownerId: found.OwnerId,
      tagsAll: tagBag(found.Tags),
    };
  },
  // Only what is not told to AWS at all changes in place.
  async update() {},
  async delete({ aws, timeoutMs }, id) {
    const ec2 = aws.client(EC2Client);
    // Network interfaces of what used the group go a little later.
    await aws.until(`the security group ${id} to be free`, timeoutMs ?? 15 * 60_000, async (see) => {
      try {
        await orGone(ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })), "InvalidGroup.NotFound");
        return true;
      } catch (error) {
        if (!(error instanceof Error && error.name === "DependencyViolation")) throw error;
        see(error.message);
        return undefined;
      }
    });
  },
});
