import { type CloudFrontClient, DescribeKeyValueStoreCommand } from "@aws-sdk/client-cloudfront";

/** The ARN of a key-value store, by its name. @throws EntityNotFound where there is none */
export async function pagesStore(client: CloudFrontClient, Name: string, abortSignal: AbortSignal): Promise<string> {
  const { KeyValueStore: found } = await client.send(new DescribeKeyValueStoreCommand({ Name }), { abortSignal });
  if (found?.ARN === undefined) throw new Error(`CloudFront told no ARN of the key-value store ${Name}`);
  return found.ARN;
}
