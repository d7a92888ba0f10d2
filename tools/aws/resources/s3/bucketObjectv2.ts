import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { assetSchema, bytesOf, sameContent } from "../../plugin/assets.ts";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";

const inputs = z.strictObject({
  bucket: z.string(),
  key: z.string().min(1).max(1024).optional(),
  source: assetSchema.optional(),
  content: z.string().optional(),
  contentType: z.string().optional(),
  cacheControl: z.string().optional(),
  contentEncoding: z.string().optional(),
  contentDisposition: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  serverSideEncryption: z.enum(["AES256", "aws:kms"]).optional(),
  forceDestroy: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;
const gone = ["NotFound", "NoSuchKey", "NoSuchBucket"];

/** One object; its id is its key. */
export const bucketObjectv2 = kind<Inputs>({
  inputs,
  replaceOn: ["bucket", "key"],
  computed: ["contentType", "serverSideEncryption"],
  untold: ["source", "content", "forceDestroy"],
  autoName: { property: "key", longest: 1024 },
  same: (property, state, wanted) => property === "source" && sameContent(state, wanted),
  check: ({ source, content }): Record<string, string> =>
    source !== undefined && content !== undefined ? { content: "source and content exclude each other" } : {},
  async tag({ aws }, _id, put, remove, state) {
    const kept = Object.entries({ ...(state.tagsAll as Record<string, string>), ...put }).filter(
      ([key]) => !remove.includes(key),
    );
    const tagging = { TagSet: tagList(Object.fromEntries(kept)) };
    await aws.client(S3Client).send(new PutObjectTaggingCommand({ ...at(state), Tagging: tagging }));
  },
  async create(step, news) {
    await put(step, news);
    return news.key ?? "";
  },
  async read({ aws }, _id, state) {
    const s3 = aws.client(S3Client);
    const found = await orGone(s3.send(new HeadObjectCommand(at(state))), ...gone);
    if (found === undefined) return undefined;
    const tags = await s3.send(new GetObjectTaggingCommand(at(state)));
    return {
      arn: `arn:aws:s3:::${state.bucket}/${state.key}`,
      bucket: state.bucket,
      key: state.key,
      etag: found.ETag?.replaceAll('"', ""),
      versionId: found.VersionId,
      contentType: found.ContentType,
      cacheControl: found.CacheControl,
      contentEncoding: found.ContentEncoding,
      contentDisposition: found.ContentDisposition,
      metadata: found.Metadata,
      serverSideEncryption: found.ServerSideEncryption,
      tagsAll: tagBag(tags.TagSet),
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, _id, state) {
    await orGone(aws.client(S3Client).send(new DeleteObjectCommand(at(state))), ...gone);
  },
});

function at(state: Readonly<Record<string, unknown>>) {
  return { Bucket: String(state.bucket), Key: String(state.key) };
}

async function put({ aws, tags }: Step, news: Inputs): Promise<void> {
  const body = news.source === undefined ? Buffer.from(news.content ?? "", "utf8") : await bytesOf(news.source);
  await aws.client(S3Client).send(
    new PutObjectCommand({
      Bucket: news.bucket,
      Key: news.key,
      Body: body,
      ContentMD5: createHash("md5").update(body).digest("base64"),
      ContentType: news.contentType ?? "application/octet-stream",
      CacheControl: news.cacheControl,
      ContentEncoding: news.contentEncoding,
      ContentDisposition: news.contentDisposition,
      Metadata: news.metadata,
      ServerSideEncryption: news.serverSideEncryption,
      ...(Object.keys(tags).length === 0 ? {} : { Tagging: new URLSearchParams(tags).toString() }),
    }),
  );
}
