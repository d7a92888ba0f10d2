import {
  CloudFrontClient,
  CreateKeyValueStoreCommand,
  DeleteKeyValueStoreCommand,
  DescribeKeyValueStoreCommand,
  UpdateKeyValueStoreCommand,
} from "@aws-sdk/client-cloudfront";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,64}$/, "name must be up to 64 letters, digits, hyphens and underscores")
    .optional(),
  comment: z.string().max(128).optional(),
});

/** A store of keys and values beside CloudFront's functions; its id is one that AWS gives it. */
export const keyValueStore = kind<z.infer<typeof inputs>>({
  inputs,
  global: true,
  replaceOn: ["name"],
  autoName: { property: "name", longest: 64 },
  async create({ aws }, { name = "", comment }) {
    const request = new CreateKeyValueStoreCommand({ Name: name, Comment: comment });
    const { KeyValueStore: made } = await aws.client(CloudFrontClient).send(request);
    // It is asked for by its name; the id alone finds nothing.
    return made?.Name ?? name;
  },
  async settle(step, id) {
    await step.aws.until(`the key-value store ${id} to be ready`, step.timeoutMs ?? 30 * 60_000, async (see) => {
      const status = (await find(step, id))?.KeyValueStore?.Status;
      see(status ?? "gone");
      return status === "PROVISIONING" ? undefined : true;
    });
  },
  async read(step, id) {
    const answer = await find(step, id);
    const found = answer?.KeyValueStore;
    if (found === undefined) return undefined;
    return {
      arn: found.ARN,
      etag: answer?.ETag,
      name: found.Name,
      comment: found.Comment,
      lastModifiedTime: found.LastModifiedTime?.toISOString(),
    };
  },
  async update({ aws }, id, { comment = "" }, state) {
    const request = new UpdateKeyValueStoreCommand({ Name: id, Comment: comment, IfMatch: String(state.etag) });
    await aws.client(CloudFrontClient).send(request);
  },
  async delete({ aws }, id, state) {
    const request = new DeleteKeyValueStoreCommand({ Name: id, IfMatch: String(state.etag) });
    await orGone(aws.client(CloudFrontClient).send(request), ...gone);
  },
});

const gone = ["EntityNotFound", "EntityNotFoundException", "NoSuchResource"];

async function find({ aws }: Step, name: string) {
  return await orGone(aws.client(CloudFrontClient).send(new DescribeKeyValueStoreCommand({ Name: name })), ...gone);
}
