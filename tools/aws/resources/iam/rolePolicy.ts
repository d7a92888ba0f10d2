import { DeleteRolePolicyCommand, GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { policyText } from "./policyText.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w+=,.@-]{1,128}$/, "name must be up to 128 letters, digits and +=,.@_-")
    .optional(),
  role: z.string(),
  policy: policyText,
});

/** A policy inside a role; its id is `role:name`. */
export const rolePolicy = kind<z.infer<typeof inputs>>({
  inputs,
  global: true,
  replaceOn: ["name", "role"],
  autoName: { property: "name", longest: 128 },
  async create({ aws }, { name, role, policy }) {
    const request = new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: policy });
    await aws.client(IAMClient).send(request);
    return `${role}:${name}`;
  },
  async read({ aws }, id) {
    const answer = await orGone(aws.client(IAMClient).send(new GetRolePolicyCommand(named(id))), ...gone);
    if (answer === undefined) return undefined;
    const policy = decodeURIComponent(answer.PolicyDocument ?? "");
    return { name: answer.PolicyName, role: answer.RoleName, policy };
  },
  async update({ aws }, id, { policy }) {
    await aws.client(IAMClient).send(new PutRolePolicyCommand({ ...named(id), PolicyDocument: policy }));
  },
  async delete({ aws }, id) {
    await orGone(aws.client(IAMClient).send(new DeleteRolePolicyCommand(named(id))), ...gone);
  },
});

const gone = ["NoSuchEntityException", "NoSuchEntity"];

function named(id: string): { RoleName: string; PolicyName: string } {
  const [role = "", name = ""] = id.split(":");
  return { RoleName: role, PolicyName: name };
}
