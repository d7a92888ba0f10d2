import { GetBucketVersioningCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  bucket: z.string(),
  versioningConfiguration: z.strictObject({ status: z.enum(["Enabled", "Suspended"]) }),
});

export const bucketVersioning = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["bucket"],
  async create(step, { bucket, versioningConfiguration }) {
    await put(step, bucket, versioningConfiguration.status);
    return bucket;
  },
  async read({ aws }, id) {
    const found = await orGone(
      aws.client(S3Client).send(new GetBucketVersioningCommand({ Bucket: id })),
      "NoSuchBucket",
    );
    return found?.Status === undefined ? undefined : { bucket: id, versioningConfiguration: { status: found.Status } };
  },
  async update(step, id, { versioningConfiguration }) {
    await put(step, id, versioningConfiguration.status);
  },
  /** Versions cannot be switched off again, only suspended; as in the official plugin. */
  async delete(step, id) {
    await orGone(put(step, id, "Suspended"), "NoSuchBucket");
  },
});

async function put({ aws }: Step, bucket: string, status: "Enabled" | "Suspended"): Promise<void> {
  const request = new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: status } });
  await aws.client(S3Client).send(request);
}
