import {
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({ role: z.string(), policyArn: z.string() });

/** A managed policy on a role; its id is `role/arn`, which is what an import takes as well. */
export const rolePolicyAttachment = kind<z.infer<typeof inputs>>({
  inputs,
  global: true,
  replaceOn: ["role", "policyArn"],
  async create({ aws }, { role, policyArn }) {
    await aws.client(IAMClient).send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
    return `${role}/${policyArn}`;
  },
  async read({ aws }, id) {
    const [, role = "", policyArn = ""] = /^([^/]+)\/(.*)$/.exec(id) ?? [];
    const request = new ListAttachedRolePoliciesCommand({ RoleName: role, MaxItems: 1000 });
    const answer = await orGone(aws.client(IAMClient).send(request), ...gone);
    const found = answer?.AttachedPolicies?.some((policy) => policy.PolicyArn === policyArn);
    return found === true ? { role, policyArn } : undefined;
  },
  async delete({ aws }, _id, state) {
    const { role, policyArn } = inputs.parse({ role: state.role, policyArn: state.policyArn });
    await orGone(
      aws.client(IAMClient).send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })),
      ...gone,
    );
  },
});

const gone = ["NoSuchEntityException", "NoSuchEntity"];
