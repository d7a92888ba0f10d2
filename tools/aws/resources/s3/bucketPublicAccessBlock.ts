import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  bucket: z.string(),
  blockPublicAcls: z.boolean().default(false),
  blockPublicPolicy: z.boolean().default(false),
  ignorePublicAcls: z.boolean().default(false),
  restrictPublicBuckets: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

export const bucketPublicAccessBlock = kind<Inputs>({
  inputs,
  replaceOn: ["bucket"],
  async create(step, news) {
    await put(step, news);
    return news.bucket;
  },
  async read({ aws }, id) {
    const request = new GetPublicAccessBlockCommand({ Bucket: id });
    const answer = await orGone(
      aws.client(S3Client).send(request),
      "NoSuchPublicAccessBlockConfiguration",
      "NoSuchBucket",
    );
    const found = answer?.PublicAccessBlockConfiguration;
    if (found === undefined) return undefined;
    return {
      bucket: id,
      blockPublicAcls: found.BlockPublicAcls,
      blockPublicPolicy: found.BlockPublicPolicy,
      ignorePublicAcls: found.IgnorePublicAcls,
      restrictPublicBuckets: found.RestrictPublicBuckets,
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id) {
    await orGone(aws.client(S3Client).send(new DeletePublicAccessBlockCommand({ Bucket: id })), "NoSuchBucket");
  },
});

async function put({ aws }: Step, news: Inputs): Promise<void> {
  const configuration = {
    BlockPublicAcls: news.blockPublicAcls,
    BlockPublicPolicy: news.blockPublicPolicy,
    IgnorePublicAcls: news.ignorePublicAcls,
    RestrictPublicBuckets: news.restrictPublicBuckets,
  };
  const request = new PutPublicAccessBlockCommand({
    Bucket: news.bucket,
    PublicAccessBlockConfiguration: configuration,
  });
  await aws.client(S3Client).send(request);
}
