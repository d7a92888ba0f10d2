import { setTimeout as pause } from "node:timers/promises";
import {
  type CloudFrontKeyValueStoreClient,
  ConflictException,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { liveKey } from "../../../release/frontend/pickRelease.ts";
import { readLivePages } from "./livePages.ts";

/** How often it looks anew when somebody else wrote meanwhile, and when the store does not show what was written. */
const tries = 5;

/** How it ended: as was decided, or with what the store named when it was read back; undefined where it names none. */
export type PagesPut<End> = { readonly end: End } | { readonly served: string | undefined };

/**
 * Has a store name a version's pages. Whoever writes at the same time, another call of this or an update, makes it look anew: what was decided
 * holds for the store as it was read.
 *
 * @param store ARN of the key-value store
 * @param decide what it ends with, by what the store names and whether this wrote already; undefined to write. Asked last before each writing
 */
export async function putLivePages<End>(
  client: CloudFrontKeyValueStoreClient,
  store: string,
  version: string,
  decide: (served: string | undefined, written: boolean) => Promise<End | undefined>,
  abortSignal: AbortSignal,
): Promise<PagesPut<End>> {
  let written = false;
  for (let left = tries; ; left--) {
    // The tag first: what is read after it is at least as new, or the writing is refused.
    const { ETag: IfMatch } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: store }), { abortSignal });
    const end = await decide(await readLivePages(client, store, abortSignal), written);
    if (end !== undefined) return { end };
    written = true;
    try {
      await client.send(new PutKeyCommand({ KvsARN: store, Key: liveKey, Value: version, IfMatch }), { abortSignal });
      return { served: await readBack(client, store, version, abortSignal) };
    } catch (error) {
      if (!(error instanceof ConflictException) || left === 1) throw error;
      await pause(200, undefined, { signal: abortSignal });
    }
  }
}

/** What is told is what was read, never what was asked. */
async function readBack(
  client: CloudFrontKeyValueStoreClient,
  store: string,
  version: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let left = tries; ; left--) {
    const served = await readLivePages(client, store, signal);
    if (served === version || left === 1) return served;
    await pause(1_000, undefined, { signal });
  }
}
