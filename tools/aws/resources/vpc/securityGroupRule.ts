import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type IpPermission,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { type AnyKind, kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { specifications, tagId } from "../ec2/tags.ts";
import { tagBag } from "../tags.ts";

const inputs = z.strictObject({
  securityGroupId: z.string(),
  ipProtocol: z.string(),
  fromPort: z.number().int().min(-1).max(65535).optional(),
  toPort: z.number().int().min(-1).max(65535).optional(),
  cidrIpv4: z.string().optional(),
  cidrIpv6: z.string().optional(),
  prefixListId: z.string().optional(),
  referencedSecurityGroupId: z.string().optional(),
  description: z.string().optional(),
});
type Inputs = z.infer<typeof inputs>;

export const securityGroupIngressRule = rule("ingress");
export const securityGroupEgressRule = rule("egress");

function rule(direction: "ingress" | "egress"): AnyKind {
  const gone = ["InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound", "InvalidPermission.NotFound"];
  return kind<Inputs>({
    inputs,
    replaceOn: ["securityGroupId"],
    tag: tagId,
    check(it) {
      const sources = [it.cidrIpv4, it.cidrIpv6, it.prefixListId, it.referencedSecurityGroupId];
      if (sources.filter((source) => source !== undefined).length === 1) return {};
      return { cidrIpv4: "exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedSecurityGroupId is needed" };
    },
    async create({ aws, tags }, news) {
      const ec2 = aws.client(EC2Client);
      const request = {
        GroupId: news.securityGroupId,
        IpPermissions: [permission(news)],
        ...specifications("security-group-rule", tags),
      };
      const { SecurityGroupRules: made } =
        direction === "ingress"
          ? await ec2.send(new AuthorizeSecurityGroupIngressCommand(request))
          : await ec2.send(new AuthorizeSecurityGroupEgressCommand(request));
      return made?.[0]?.SecurityGroupRuleId ?? "";
    },
    async read({ aws }, id, state) {
      const request = new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [id] });
      const found = (await orGone(aws.client(EC2Client).send(request), ...gone))?.SecurityGroupRules?.[0];
      if (found === undefined) return undefined;
      const all = found.IpProtocol === "-1";
      return {
        arn: found.SecurityGroupRuleArn ?? `arn:aws:ec2:${aws.region}:${found.GroupOwnerId}:security-group-rule/${id}`,
        securityGroupRuleId: id,
        securityGroupId: found.GroupId,
        ipProtocol: found.IpProtocol,
        fromPort: all ? undefined : found.FromPort,
        toPort: all ? undefined : found.ToPort,
        cidrIpv4: found.CidrIpv4,
        cidrIpv6: found.CidrIpv6,
        prefixListId: found.PrefixListId,
        referencedSecurityGroupId: found.ReferencedGroupInfo?.GroupId,
        // AWS tells it; moto does not where a rule names another group.
        description: found.Description ?? state.description,
        tagsAll: tagBag(found.Tags),
      };
    },
    async update({ aws }, id, news) {
      await aws.client(EC2Client).send(
        new ModifySecurityGroupRulesCommand({
          GroupId: news.securityGroupId,
          SecurityGroupRules: [
            {
              SecurityGroupRuleId: id,
              SecurityGroupRule: {
                IpProtocol: news.ipProtocol,
                FromPort: news.fromPort ?? -1,
                ToPort: news.toPort ?? -1,
                CidrIpv4: news.cidrIpv4,
                CidrIpv6: news.cidrIpv6,
                PrefixListId: news.prefixListId,
                ReferencedGroupId: news.referencedSecurityGroupId,
                Description: news.description,
              },
            },
          ],
        }),
      );
    },
    async delete({ aws }, id, state) {
      const ec2 = aws.client(EC2Client);
      const request = { GroupId: String(state.securityGroupId), SecurityGroupRuleIds: [id] };
      const revoked: Promise<unknown> =
        direction === "ingress"
          ? ec2.send(new RevokeSecurityGroupIngressCommand(request))
          : ec2.send(new RevokeSecurityGroupEgressCommand(request));
      await orGone(revoked, ...gone);
    },
  });
}

function permission(it: Inputs): IpPermission {
  const described = it.description === undefined ? {} : { Description: it.description };
  return {
    IpProtocol: it.ipProtocol,
    FromPort: it.fromPort,
    ToPort: it.toPort,
    ...(it.cidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: it.cidrIpv4, ...described }] }),
    ...(it.cidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: it.cidrIpv6, ...described }] }),
    ...(it.prefixListId === undefined ? {} : { PrefixListIds: [{ PrefixListId: it.prefixListId, ...described }] }),
    ...(it.referencedSecurityGroupId === undefined
      ? {}
      : { UserIdGroupPairs: [{ GroupId: it.referencedSecurityGroupId, ...described }] }),
  };
}
