import { setTimeout as pause } from "node:timers/promises";
import {
  type CloudFrontKeyValueStoreClient,
  ConflictException,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { KeyValuesClient } from "../../provider/aws/frontend/keyValues.ts";
import { readLivePages } from "../../provider/aws/frontend/livePages.ts";
import type { Armed } from "../../release/automaticRollback/arming.ts";
import { type PagesOutcome, pagesBack } from "../../release/automaticRollback/pages.ts";
import { liveKey } from "../../release/frontend/pickRelease.ts";

/** How often it looks anew when somebody else wrote meanwhile, and when the store does not show what was written. */
const tries = 5;

/**
 * Puts the key back to the pages that went with what serves again. Whoever writes at the same time, another call of this or an update,
 * makes it look anew: what was decided holds for the store as it was read.
 *
 * @param store ARN of the key-value store
 * @param holds whether what was recorded still is; asked last before the writing
 */
export async function takePagesBack(
  store: string,
  arming: Armed,
  holds: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<PagesOutcome> {
  const client = new KeyValuesClient({ maxAttempts: 5 });
  let written = false;
  try {
    for (let left = tries; ; left--) {
      // The tag first: what is read after it is at least as new, or the writing is refused.
      const { ETag: IfMatch } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: store }), {
        abortSignal: signal,
      });
      const served = await readLivePages(client, store, signal);
      const back = pagesBack(arming, served);
      // A writing whose answer was lost is refused when it is sent again.
      if (written && served === arming.returnsToVersion) return { deed: "moved", version: served };
      if (back.deed === "none") return { deed: "none", why: back.why };
      if (back.deed === "refuse") return { deed: "refused", why: back.why };
      if (!(await holds())) return { deed: "refused", why: "the record changed meanwhile: who changed it decides" };
      written = true;
      try {
        const Value = arming.returnsToVersion;
        const request = new PutKeyCommand({ KvsARN: store, Key: liveKey, Value, IfMatch });
        await client.send(request, { abortSignal: signal });
        return await readBack(client, store, arming, signal);
      } catch (error) {
        if (!(error instanceof ConflictException) || left === 1) throw error;
        await pause(200, undefined, { signal });
      }
    }
  } finally {
    client.destroy();
  }
}

/** What is told is what was read, never what was asked. */
async function readBack(
  client: CloudFrontKeyValueStoreClient,
  store: string,
  { returnsToVersion: version }: Armed,
  signal: AbortSignal,
): Promise<PagesOutcome> {
  for (let left = tries; ; left--) {
    const served = await readLivePages(client, store, signal);
    if (served === version) return { deed: "moved", version };
    if (left === 1) return { deed: "failed", why: `the store still names ${served ?? "none"}` };
    await pause(1_000, undefined, { signal });
  }
}
