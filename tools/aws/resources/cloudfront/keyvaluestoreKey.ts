import {
  type CloudFrontKeyValueStoreClient,
  DeleteKeyCommand,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { z } from "zod";
import { KeyValuesClient } from "../../../../provider/aws/frontend/keyValues.ts";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  key: z.string().min(1).max(512),
  keyValueStoreArn: z.string(),
  value: z.string().max(1_024),
});

/** One key in a store; its id is the store's ARN and the key. */
export const keyvaluestoreKey = kind<z.infer<typeof inputs>>({
  inputs,
  global: true,
  replaceOn: ["key", "keyValueStoreArn"],
  async create(step, news) {
    await put(step, news);
    return `${news.keyValueStoreArn},${news.key}`;
  },
  async read(step, id) {
    const at = located(id);
    const found = await orGone(client(step).send(new GetKeyCommand(at)), "ResourceNotFoundException");
    if (found === undefined) return undefined;
    return {
      key: found.Key,
      keyValueStoreArn: at.KvsARN,
      value: found.Value,
      totalSizeInBytes: found.TotalSizeInBytes,
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete(step, id) {
    const at = located(id);
    const store = await orGone(client(step).send(new DescribeKeyValueStoreCommand(at)), "ResourceNotFoundException");
    if (store === undefined) return;
    const request = new DeleteKeyCommand({ ...at, IfMatch: store.ETag });
    await orGone(client(step).send(request), "ResourceNotFoundException");
  },
});

async function put(step: Step, { key: Key, keyValueStoreArn: KvsARN, value: Value }: z.infer<typeof inputs>) {
  const { ETag: IfMatch } = await client(step).send(new DescribeKeyValueStoreCommand({ KvsARN }));
  await client(step).send(new PutKeyCommand({ KvsARN, Key, Value, IfMatch }));
}

function located(id: string): { KvsARN: string; Key: string } {
  const at = id.indexOf(",");
  return { KvsARN: id.slice(0, at), Key: id.slice(at + 1) };
}

function client({ aws }: Step): CloudFrontKeyValueStoreClient {
  return aws.client(KeyValuesClient);
}
