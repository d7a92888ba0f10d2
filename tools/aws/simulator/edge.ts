import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createContext, runInContext } from "node:vm";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import type { BucketPolicies } from "./bucketPolicies.ts";
import type { CloudFrontParts } from "./cloudfront.ts";
import { arnOfDistribution, type Distributions } from "./distributions.ts";
import type { Inner } from "./inner.ts";
import type { KeyValues } from "./keyValues.ts";
import { element, inner, unescaped } from "./restXml.ts";

const oneOrMore = z.union([z.string().transform((it) => [it]), z.array(z.string())]);
const bucketPolicy = z.looseObject({
  Statement: z.array(
    z.looseObject({
      Effect: z.string(),
      Principal: z.union([z.string(), z.looseObject({ Service: z.string().optional() })]),
      Action: oneOrMore,
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    }),
  ),
});
const answered = z.looseObject({
  uri: z.string().optional(),
  statusCode: z.number().optional(),
  headers: z.record(z.string(), z.looseObject({ value: z.string() })).optional(),
});

/**
 * An edge of CloudFront on loopback, where a distribution is told by the host that is asked for. It runs the function of the viewer's
 * request with its key-value store, asks the bucket as the distribution, and adds the headers of the policy. It caches
 * nothing, and has no TLS.
 */
export class Edge {
  readonly #server: Server;
  readonly #inner: Inner;
  readonly #distributions: Distributions;
  readonly #parts: CloudFrontParts;
  readonly #values: KeyValues;
  readonly #policies: BucketPolicies;

  constructor(
    inner: Inner,
    distributions: Distributions,
    parts: CloudFrontParts,
    values: KeyValues,
    policies: BucketPolicies,
  ) {
    this.#inner = inner;
    this.#distributions = distributions;
    this.#parts = parts;
    this.#values = values;
    this.#policies = policies;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Begins to listen and tells where. */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      response.writeHead(502, { "content-type": "text/plain" });
      response.end(`The edge failed: ${error}\n`);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = "", ...headers } = request.headers;
    const found = this.#distributions.serving(host.replace(/:\d+$/, ""));
    if (found === undefined) {
      response.writeHead(403, { "content-type": "text/plain", "x-cache": "Error from cloudfront" });
      response.end("No distribution has this name.\n");
      return;
    }
    const behavior = inner(found.config, "DefaultCacheBehavior");
    const { pathname } = new URL(request.url ?? "/", "http://edge");
    let uri = pathname;
    const own = /<FunctionARN>([^<]+)<\/FunctionARN>/.exec(behavior)?.[1];
    if (own !== undefined) {
      const event = {
        version: "1.0",
        context: {},
        viewer: { ip: "127.0.0.1" },
        request: { method: request.method, uri, querystring: {}, headers: named({ ...headers, host }), cookies: {} },
      };
      const result = answered.parse(await this.#run(own, event));
      if (result.statusCode !== undefined) {
        const told = Object.fromEntries(Object.entries(result.headers ?? {}).map(([name, { value }]) => [name, value]));
        response.writeHead(result.statusCode, { ...this.#policyHeaders(behavior), ...told });
        response.end();
        return;
      }
      uri = result.uri ?? uri;
    }
    if (uri === "/") uri += element(found.config, "DefaultRootObject");
    const object = await this.#object(found.id, found.config, decodeURIComponent(uri.slice(1)));
    response.writeHead(object.status, { ...object.headers, ...this.#policyHeaders(behavior) });
    response.end(request.method === "HEAD" ? undefined : object.body);
  }

  /** What the bucket answers the distribution, where its policy lets this distribution read. */
  async #object(id: string, config: string, Key: string) {
    const domain = element(inner(config, "Origins"), "DomainName");
    const [, Bucket = "", region = ""] = /^([a-z0-9.-]+)\.s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(domain) ?? [];
    const s3 = this.#inner.client(S3Client, region);
    const refused = {
      status: 403,
      headers: { "content-type": "application/xml" },
      body: Buffer.from("<Error><Code>AccessDenied</Code></Error>"),
    };
    if (!mayRead(this.#policies.of(Bucket), arnOfDistribution(id))) return refused;
    try {
      const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const headers: Record<string, string> = { etag: found.ETag ?? "" };
      if (found.ContentType !== undefined) headers["content-type"] = found.ContentType;
      if (found.CacheControl !== undefined) headers["cache-control"] = found.CacheControl;
      return { status: 200, headers, body: Buffer.from((await found.Body?.transformToByteArray()) ?? []) };
    } catch (error) {
      // Without the right to list, S3 does not say that nothing is there.
      if (error instanceof Error && error.name === "NoSuchKey") return refused;
      throw error;
    }
  }

  async #run(arn: string, event: unknown): Promise<unknown> {
    const found = this.#parts.published(arn);
    if (found === undefined) throw new Error(`the function ${arn} is not published`);
    const store = /<KeyValueStoreARN>([^<]+)<\/KeyValueStoreARN>/.exec(found.config)?.[1];
    const kvs = () => ({
      get: async (key: string) => {
        const value = store === undefined ? undefined : this.#values.value(store, key);
        if (value === undefined) throw new Error(`KeyNotFound: ${key}`);
        return value;
      },
    });
    const context = createContext({ cf: { kvs }, event });
    const code = found.code.replace(/^\s*import\s+cf\s+from\s+['"]cloudfront['"];?/m, "");
    return await runInContext(`${code}\n;handler(event)`, context, { timeout: 1_000 });
  }

  #policyHeaders(behavior: string): Record<string, string> {
    const id = /<ResponseHeadersPolicyId>([^<]+)<\/ResponseHeadersPolicyId>/.exec(behavior)?.[1];
    const policy = id === undefined ? undefined : this.#parts.headers(id);
    return policy === undefined ? {} : headersOf(policy);
  }
}

function mayRead(policy: string | undefined, distribution: string): boolean {
  if (policy === undefined) return false;
  return bucketPolicy.parse(JSON.parse(policy)).Statement.some(({ Effect, Principal: who, Action, Condition }) => {
    const service = typeof who === "string" ? who : who.Service;
    const source = Object.values(Condition ?? {}).find((it) => "AWS:SourceArn" in it)?.["AWS:SourceArn"];
    return (
      Effect === "Allow" &&
      service === "cloudfront.amazonaws.com" &&
      Action.includes("s3:GetObject") &&
      source === distribution
    );
  });
}

/** The headers that a response headers policy asks for. */
function headersOf(policy: string): Record<string, string> {
  const within = (name: string) => new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(policy)?.[1];
  const told: Record<string, string> = {};
  const csp = within("ContentSecurityPolicy");
  if (csp !== undefined)
    told["content-security-policy"] = unescaped(element(`${csp}</ContentSecurityPolicy>`, "ContentSecurityPolicy"));
  if (within("ContentTypeOptions") !== undefined) told["x-content-type-options"] = "nosniff";
  const frames = within("FrameOptions");
  if (frames !== undefined) told["x-frame-options"] = element(frames, "FrameOption");
  const referrer = within("ReferrerPolicy");
  if (referrer !== undefined) told["referrer-policy"] = element(`${referrer}</ReferrerPolicy>`, "ReferrerPolicy");
  const hsts = within("StrictTransportSecurity");
  if (hsts !== undefined) {
    const subdomains = element(hsts, "IncludeSubdomains") === "true" ? "; includeSubDomains" : "";
    told["strict-transport-security"] = `max-age=${element(hsts, "AccessControlMaxAgeSec")}${subdomains}`;
  }
  return told;
}

function named(headers: IncomingMessage["headers"]): Record<string, { value: string }> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, { value: [value].flat().join(",") }]),
  );
}
