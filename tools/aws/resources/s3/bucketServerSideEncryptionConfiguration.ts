import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  bucket: z.string(),
  rules: z
    .array(
      z.strictObject({
        applyServerSideEncryptionByDefault: z
          .strictObject({ sseAlgorithm: z.enum(["AES256", "aws:kms"]), kmsMasterKeyId: z.string().optional() })
          .optional(),
        bucketKeyEnabled: z.boolean().optional(),
      }),
    )
    .min(1),
});
type Inputs = z.infer<typeof inputs>;

export const bucketServerSideEncryptionConfiguration = kind<Inputs>({
  inputs,
  replaceOn: ["bucket"],
  async create(step, news) {
    await put(step, news);
    return news.bucket;
  },
  async read({ aws }, id) {
    const request = new GetBucketEncryptionCommand({ Bucket: id });
    const answer = await orGone(
      aws.client(S3Client).send(request),
      "ServerSideEncryptionConfigurationNotFoundError",
      "NoSuchBucket",
    );
    const rules = answer?.ServerSideEncryptionConfiguration?.Rules;
    if (rules === undefined) return undefined;
    return {
      bucket: id,
      rules: rules.map((rule) => ({
        applyServerSideEncryptionByDefault:
          rule.ApplyServerSideEncryptionByDefault === undefined
            ? undefined
            : {
                sseAlgorithm: rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm,
                kmsMasterKeyId: rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID,
              },
        bucketKeyEnabled: rule.BucketKeyEnabled,
      })),
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id) {
    await orGone(aws.client(S3Client).send(new DeleteBucketEncryptionCommand({ Bucket: id })), "NoSuchBucket");
  },
});

async function put({ aws }: Step, { bucket, rules }: Inputs): Promise<void> {
  const written = rules.map(({ applyServerSideEncryptionByDefault: usual, bucketKeyEnabled }) => ({
    ...(usual === undefined
      ? {}
      : {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: usual.sseAlgorithm,
            KMSMasterKeyID: usual.kmsMasterKeyId,
          },
        }),
    BucketKeyEnabled: bucketKeyEnabled,
  }));
  const request = new PutBucketEncryptionCommand({
    Bucket: bucket,
    ServerSideEncryptionConfiguration: { Rules: written },
  });
  await aws.client(S3Client).send(request);
}
