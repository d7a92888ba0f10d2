import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { z } from "zod";
import type { Tags } from "../../plugin/kind.ts";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { policyText } from "../iam/policyText.ts";

const inputs = z.strictObject({
  description: z.string().max(8192).optional(),
  policy: policyText.optional(),
  enableKeyRotation: z.boolean().default(false),
  deletionWindowInDays: z.number().int().min(7).max(30).optional(),
  keyUsage: z.enum(["ENCRYPT_DECRYPT"]).default("ENCRYPT_DECRYPT"),
});

export const key = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["keyUsage"],
  computed: ["description", "policy"],
  untold: ["deletionWindowInDays"],
  async tag({ aws }, id, put, remove) {
    const kms = aws.client(KMSClient);
    if (remove.length > 0) await kms.send(new UntagResourceCommand({ KeyId: id, TagKeys: [...remove] }));
    if (Object.keys(put).length > 0) await kms.send(new TagResourceCommand({ KeyId: id, Tags: tagsOf(put) }));
  },
  async create({ aws, tags }, { description, policy, keyUsage }) {
    const { KeyMetadata: made } = await aws
      .client(KMSClient)
      .send(new CreateKeyCommand({ Description: description, Policy: policy, KeyUsage: keyUsage, Tags: tagsOf(tags) }));
    return made?.KeyId ?? "";
  },
  async settle({ aws }, id, { enableKeyRotation }) {
    const kms = aws.client(KMSClient);
    if (enableKeyRotation) await kms.send(new EnableKeyRotationCommand({ KeyId: id }));
    else await kms.send(new DisableKeyRotationCommand({ KeyId: id }));
  },
  async read({ aws }, id) {
    const kms = aws.client(KMSClient);
    const found = (await orGone(kms.send(new DescribeKeyCommand({ KeyId: id })), "NotFoundException"))?.KeyMetadata;
    if (found === undefined || found.KeyState === "PendingDeletion") return undefined;
    const [policy, rotation, tags] = await Promise.all([
      kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" })),
      kms.send(new GetKeyRotationStatusCommand({ KeyId: id })),
      kms.send(new ListResourceTagsCommand({ KeyId: id })),
    ]);
    return {
      arn: found.Arn,
      keyId: found.KeyId,
      description: found.Description,
      keyUsage: found.KeyUsage,
      policy: policy.Policy,
      enableKeyRotation: rotation.KeyRotationEnabled ?? false,
      tagsAll: Object.fromEntries((tags.Tags ?? []).map(({ TagKey = "", TagValue = "" }) => [TagKey, TagValue])),
    };
  },
  async update({ aws }, id, { description = "", policy }, _state, changed) {
    const kms = aws.client(KMSClient);
    if (changed.has("description"))
      await kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: description }));
    if (changed.has("policy"))
      await kms.send(new PutKeyPolicyCommand({ KeyId: id, PolicyName: "default", Policy: policy }));
  },
  async delete({ aws }, id, { deletionWindowInDays }) {
    const days = typeof deletionWindowInDays === "number" ? deletionWindowInDays : 30;
    const request = new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: days });
    await orGone(aws.client(KMSClient).send(request), "NotFoundException", "KMSInvalidStateException");
  },
});

function tagsOf(tags: Tags) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}
