import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";
import { policyText } from "./policyText.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w+=,.@-]{1,64}$/, "name must be up to 64 letters, digits and +=,.@_-")
    .optional(),
  path: z.string().default("/"),
  description: z.string().max(1000).optional(),
  assumeRolePolicy: policyText,
  maxSessionDuration: z.number().int().min(3600).max(43200).default(3600),
  permissionsBoundary: z.string().optional(),
  forceDetachPolicies: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

export const role = kind<Inputs>({
  inputs,
  global: true,
  replaceOn: ["name", "path"],
  untold: ["forceDetachPolicies"],
  autoName: { property: "name", longest: 64 },
  async tag({ aws }, id, put, remove) {
    const iam = aws.client(IAMClient);
    if (remove.length > 0) await iam.send(new UntagRoleCommand({ RoleName: id, TagKeys: [...remove] }));
    if (Object.keys(put).length > 0) await iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(put) }));
  },
  async create({ aws, tags }, news) {
    const { Role: made } = await aws.client(IAMClient).send(
      new CreateRoleCommand({
        RoleName: news.name,
        Path: news.path,
        Description: news.description,
        AssumeRolePolicyDocument: news.assumeRolePolicy,
        MaxSessionDuration: news.maxSessionDuration,
        PermissionsBoundary: news.permissionsBoundary,
        Tags: tagList(tags),
      }),
    );
    return made?.RoleName ?? "";
  },
  async read({ aws }, id) {
    const found = (await orGone(aws.client(IAMClient).send(new GetRoleCommand({ RoleName: id })), ...gone))?.Role;
    if (found === undefined) return undefined;
    return {
      arn: found.Arn,
      uniqueId: found.RoleId,
      createDate: found.CreateDate?.toISOString(),
      name: found.RoleName,
      path: found.Path,
      description: found.Description,
      assumeRolePolicy: decodeURIComponent(found.AssumeRolePolicyDocument ?? ""),
      maxSessionDuration: found.MaxSessionDuration,
      permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
      tagsAll: tagBag(found.Tags),
    };
  },
  async update({ aws }, id, news, _state, changed) {
    const iam = aws.client(IAMClient);
    const at = { RoleName: id };
    if (changed.has("assumeRolePolicy")) {
      await iam.send(new UpdateAssumeRolePolicyCommand({ ...at, PolicyDocument: news.assumeRolePolicy }));
    }
    if (changed.has("description") || changed.has("maxSessionDuration")) {
      const { description = "", maxSessionDuration } = news;
      await iam.send(
        new UpdateRoleCommand({ ...at, Description: description, MaxSessionDuration: maxSessionDuration }),
      );
    }
    if (changed.has("permissionsBoundary")) {
      const boundary = news.permissionsBoundary;
      if (boundary === undefined) await iam.send(new DeleteRolePermissionsBoundaryCommand(at));
      else await iam.send(new PutRolePermissionsBoundaryCommand({ ...at, PermissionsBoundary: boundary }));
    }
  },
  async delete({ aws }, id) {
    await orGone(aws.client(IAMClient).send(new DeleteRoleCommand({ RoleName: id })), ...gone);
  },
});

const gone = ["NoSuchEntityException", "NoSuchEntity"];
