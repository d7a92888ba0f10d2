import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { BuiltFile } from "./files.ts";

/** An object as the bucket tells of it. */
export interface StoredObject {
  readonly key: string;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Every object below a prefix. */
export async function listObjects(
  client: S3Client,
  Bucket: string,
  Prefix: string,
  abortSignal: AbortSignal,
): Promise<StoredObject[]> {
  const all: StoredObject[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken === undefined ? {} : { ContinuationToken }) }),
      { abortSignal },
    );
    for (const { Key = "", ETag = "", LastModified } of page.Contents ?? []) {
      all.push({ key: Key, etag: ETag.replaceAll('"', ""), modified: LastModified?.getTime() ?? Number.NaN });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return all;
}

export async function putFile(
  client: S3Client,
  Bucket: string,
  Key: string,
  it: BuiltFile,
  abortSignal: AbortSignal,
): Promise<void> {
  await client.send(
    new PutObjectCommand({
      ...{ Bucket, Key, Body: it.bytes, ContentType: it.contentType, CacheControl: it.cacheControl },
      ServerSideEncryption: "AES256",
    }),
    { abortSignal },
  );
}

/** Takes objects away, a thousand at a time. @throws Error naming the first that stays */
export async function removeObjects(
  client: S3Client,
  Bucket: string,
  keys: readonly string[],
  abortSignal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < keys.length; at += 1_000) {
    const Objects = keys.slice(at, at + 1_000).map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }), {
      abortSignal,
    });
    if (Errors[0] !== undefined) throw new Error(`${Errors[0].Key} was not removed: ${Errors[0].Message}`);
  }
}
