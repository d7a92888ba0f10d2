import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";

// Encryption, versions, lifecycle and policy are resources of their own here.
const inputs = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "bucket must be 3 to 63 small letters, digits, dots and hyphens")
    .optional(),
  forceDestroy: z.boolean().default(false),
});
const gone = ["NoSuchBucket", "NotFound"];

export const bucket = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["bucket"],
  untold: ["forceDestroy"],
  autoName: { property: "bucket", longest: 63 },
  async tag({ aws }, id, put, remove, state) {
    const kept = Object.entries({ ...(state.tagsAll as Record<string, string>), ...put }).filter(
      ([key]) => !remove.includes(key),
    );
    const request = new PutBucketTaggingCommand({ Bucket: id, Tagging: { TagSet: tagList(Object.fromEntries(kept)) } });
    await aws.client(S3Client).send(request);
  },
  async create({ aws, tags }, { bucket: name = "" }) {
    const s3 = aws.client(S3Client);
    const place =
      aws.region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: aws.region as "eu-central-1" } };
    await s3.send(new CreateBucketCommand({ Bucket: name, ...place }));
    if (Object.keys(tags).length > 0)
      await s3.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet: tagList(tags) } }));
    return name;
  },
  async read({ aws }, id) {
    const s3 = aws.client(S3Client);
    if ((await orGone(s3.send(new HeadBucketCommand({ Bucket: id })), ...gone)) === undefined) return undefined;
    const tags = await orGone(s3.send(new GetBucketTaggingCommand({ Bucket: id })), "NoSuchTagSet");
    return {
      arn: `arn:aws:s3:::${id}`,
      bucket: id,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegion: aws.region,
      bucketRegionalDomainName: `${id}.s3.${aws.region}.amazonaws.com`,
      tagsAll: tagBag(tags?.TagSet),
    };
  },
  // Only what is not told to AWS at all changes in place.
  async update() {},
  async delete({ aws }, id, state) {
    const s3 = aws.client(S3Client);
    if (state.forceDestroy === true) {
      for (;;) {
        const page = await orGone(s3.send(new ListObjectVersionsCommand({ Bucket: id })), ...gone);
        const all = [...(page?.Versions ?? []), ...(page?.DeleteMarkers ?? [])];
        if (all.length === 0) break;
        const objects = all.map(({ Key, VersionId }) => ({ Key, VersionId }));
        await s3.send(new DeleteObjectsCommand({ Bucket: id, Delete: { Objects: objects } }));
      }
    }
    await orGone(s3.send(new DeleteBucketCommand({ Bucket: id })), ...gone);
  },
});
