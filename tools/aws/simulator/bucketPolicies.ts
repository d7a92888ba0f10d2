import { type Answer, Refusal } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

/**
 * Policies of buckets. moto looks past their conditions, and would refuse everybody what a policy refuses those without TLS. Only the edge
 * is held to them.
 */
export class BucketPolicies {
  readonly #inner: Inner;
  readonly #policies = new Map<string, string>();

  constructor(inner: Inner) {
    this.#inner = inner;
  }

  of(bucket: string): string | undefined {
    return this.#policies.get(bucket);
  }

  /** The answer to a request about a bucket's policy; nothing when it is about something else. */
  async answer(request: ApiRequest): Promise<Answer | undefined> {
    const { pathname, searchParams } = new URL(request.path, "http://s3");
    const bucket = /^\/([^/]+)\/?$/.exec(pathname)?.[1];
    if (bucket === undefined) return undefined;
    if (!searchParams.has("policy")) {
      if (request.method === "DELETE") this.#policies.delete(bucket);
      return undefined;
    }
    const there = await this.#inner.forward({ ...request, method: "HEAD", path: `/${bucket}`, body: Buffer.alloc(0) });
    if (there.status === 404) throw new Refusal("NoSuchBucket", `The bucket ${bucket} does not exist.`, 404);
    switch (request.method) {
      case "PUT":
        this.#policies.set(bucket, request.body.toString("utf8"));
        return { status: 204, headers: {}, body: "" };
      case "DELETE":
        this.#policies.delete(bucket);
        return { status: 204, headers: {}, body: "" };
      default: {
        const text = this.#policies.get(bucket);
        if (text === undefined) throw new Refusal("NoSuchBucketPolicy", `The bucket ${bucket} has no policy.`, 404);
        return { status: 200, headers: { "content-type": "application/json" }, body: text };
      }
    }
  }
}
