import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { policyText } from "../iam/policyText.ts";

const inputs = z.strictObject({ bucket: z.string(), policy: policyText });
const gone = ["NoSuchBucketPolicy", "NoSuchBucket"];

export const bucketPolicy = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["bucket"],
  async create({ aws }, { bucket, policy }) {
    await aws.client(S3Client).send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
    return bucket;
  },
  async read({ aws }, id) {
    const found = await orGone(aws.client(S3Client).send(new GetBucketPolicyCommand({ Bucket: id })), ...gone);
    return found?.Policy === undefined ? undefined : { bucket: id, policy: found.Policy };
  },
  async update({ aws }, id, { policy }) {
    await aws.client(S3Client).send(new PutBucketPolicyCommand({ Bucket: id, Policy: policy }));
  },
  async delete({ aws }, id) {
    await orGone(aws.client(S3Client).send(new DeleteBucketPolicyCommand({ Bucket: id })), ...gone);
  },
});
