import { z } from "zod";
import { type Answer, Refusal } from "./answers.ts";
import type { ApiRequest } from "./request.ts";
import { tag } from "./restXml.ts";

interface Store {
  readonly values: Map<string, string>;
  etag: string;
  readonly created: number;
}
const put = z.looseObject({ Value: z.string().max(1_024) });

/** Which store a request is about, and which of its keys; undefined for a path of nothing in a store. */
function askedOfStore(path: string): { arn: string; keys: boolean; name: string | undefined } | undefined {
  const { pathname } = new URL(path, "http://store");
  const [, arn, keys, name] = /^\/key-value-stores\/([^/]+?)(?:\/(keys)(?:\/([^/]+))?)?\/?$/.exec(pathname) ?? [];
  if (arn === undefined) return undefined;
  return {
    arn: decodeURIComponent(arn),
    keys: keys !== undefined,
    name: name === undefined ? undefined : decodeURIComponent(name),
  };
}

/** The operation of a request, as policies name it, and the ARN of the store that it is about. */
export function storeOperation({ method, path }: ApiRequest): { action: string; arn: string } {
  const { arn = "*", name } = askedOfStore(path) ?? {};
  const ofKey = ({ GET: "GetKey", PUT: "PutKey", DELETE: "DeleteKey" } as Record<string, string>)[method] ?? method;
  return { action: name === undefined ? "DescribeKeyValueStore" : ofKey, arn };
}

/** Keys and values in CloudFront's stores, which moto has not; whether a store is there, moto knows. */
export class KeyValues {
  readonly #stores = new Map<string, Store>();

  /** What a function reads at the edge. */
  value(storeArn: string, key: string): string | undefined {
    return this.#stores.get(storeArn)?.values.get(key);
  }

  answer({ method, path, headers, body }: ApiRequest): Answer | undefined {
    const asked = askedOfStore(path);
    if (asked === undefined) return undefined;
    const { arn, keys, name } = asked;
    const store = this.#stores.get(arn) ?? {
      values: new Map<string, string>(),
      etag: tag(),
      created: Date.now() / 1_000,
    };
    this.#stores.set(arn, store);
    if (!keys) return this.#told(store, { KvsARN: arn, Created: store.created, LastModified: store.created });
    const key = name ?? "";
    if (method === "GET" && name !== undefined) {
      const value = store.values.get(key);
      if (value === undefined) throw new Refusal("ResourceNotFoundException", `The key ${key} does not exist.`, 404);
      return this.#told(store, { Key: key, Value: value });
    }
    if (name === undefined) throw new Refusal("NotImplemented", `The simulator does not know ${method} ${path}.`, 501);
    if (headers["if-match"] !== store.etag)
      throw new Refusal("ConflictException", "The store was changed meanwhile.", 409);
    if (method === "PUT") store.values.set(key, put.parse(JSON.parse(body.toString("utf8"))).Value);
    else if (!store.values.delete(key))
      throw new Refusal("ResourceNotFoundException", `The key ${key} does not exist.`, 404);
    store.etag = tag();
    return this.#told(store, {});
  }

  #told({ values, etag }: Store, more: object): Answer {
    const TotalSizeInBytes = [...values].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
    return {
      status: 200,
      headers: { "content-type": "application/json", etag },
      body: JSON.stringify({ ItemCount: values.size, TotalSizeInBytes, ...more }),
    };
  }
}
