import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const tag = z.strictObject({ key: z.string(), value: z.string() });
const inputs = z.strictObject({
  bucket: z.string(),
  rules: z
    .array(
      z.strictObject({
        id: z.string().max(255),
        status: z.enum(["Enabled", "Disabled"]),
        filter: z.strictObject({ prefix: z.string().optional(), tag: tag.optional() }).optional(),
        expiration: z.strictObject({ days: z.number().int().min(1) }).optional(),
        noncurrentVersionExpiration: z.strictObject({ noncurrentDays: z.number().int().min(1) }).optional(),
        abortIncompleteMultipartUpload: z.strictObject({ daysAfterInitiation: z.number().int().min(1) }).optional(),
      }),
    )
    .min(1),
});
type Inputs = z.infer<typeof inputs>;

export const bucketLifecycleConfiguration = kind<Inputs>({
  inputs,
  replaceOn: ["bucket"],
  async create(step, news) {
    await put(step, news);
    return news.bucket;
  },
  async read({ aws }, id) {
    const request = new GetBucketLifecycleConfigurationCommand({ Bucket: id });
    const rules = (await orGone(aws.client(S3Client).send(request), ...gone))?.Rules;
    if (rules === undefined) return undefined;
    return {
      bucket: id,
      rules: rules.map((rule) => ({
        id: rule.ID,
        status: rule.Status,
        filter: {
          prefix: rule.Filter?.Prefix,
          tag: rule.Filter?.Tag === undefined ? undefined : { key: rule.Filter.Tag.Key, value: rule.Filter.Tag.Value },
        },
        expiration: rule.Expiration?.Days === undefined ? undefined : { days: rule.Expiration.Days },
        noncurrentVersionExpiration:
          rule.NoncurrentVersionExpiration === undefined
            ? undefined
            : { noncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays },
        abortIncompleteMultipartUpload:
          rule.AbortIncompleteMultipartUpload === undefined
            ? undefined
            : { daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation },
      })),
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id) {
    await orGone(aws.client(S3Client).send(new DeleteBucketLifecycleCommand({ Bucket: id })), ...gone);
  },
});

const gone = ["NoSuchLifecycleConfiguration", "NoSuchBucket"];

async function put({ aws }: Step, { bucket, rules }: Inputs): Promise<void> {
  const written = rules.map((rule) => ({
    ID: rule.id,
    Status: rule.status,
    Filter:
      rule.filter?.tag === undefined
        ? { Prefix: rule.filter?.prefix ?? "" }
        : { Tag: { Key: rule.filter.tag.key, Value: rule.filter.tag.value } },
    ...(rule.expiration === undefined ? {} : { Expiration: { Days: rule.expiration.days } }),
    ...(rule.noncurrentVersionExpiration === undefined
      ? {}
      : { NoncurrentVersionExpiration: { NoncurrentDays: rule.noncurrentVersionExpiration.noncurrentDays } }),
    ...(rule.abortIncompleteMultipartUpload === undefined
      ? {}
      : {
          AbortIncompleteMultipartUpload: {
            DaysAfterInitiation: rule.abortIncompleteMultipartUpload.daysAfterInitiation,
          },
        }),
  }));
  const request = new PutBucketLifecycleConfigurationCommand({
    Bucket: bucket,
    LifecycleConfiguration: { Rules: written },
  });
  await aws.client(S3Client).send(request);
}
