import {
  type CloudFrontKeyValueStoreClient,
  GetKeyCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { liveKey } from "../../../release/frontend/pickRelease.ts";

/** Which version's pages a store names; undefined where it names none. */
export async function readLivePages(
  client: CloudFrontKeyValueStoreClient,
  KvsARN: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetKeyCommand({ KvsARN, Key: liveKey }), { abortSignal })).Value;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
