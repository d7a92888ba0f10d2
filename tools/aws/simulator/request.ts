import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** How a service writes its requests and answers. */
export type Protocol = "json" | "query" | "ec2" | "rest-json" | "rest-xml";

/** A request to the AWS API, as far as the simulator reads it. */
export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Name in the signature, such as `ecs` or `elasticloadbalancing`. */
  readonly service: string;
  readonly region: string;
  readonly accessKey: string;
  /** Name of the operation; for services that know only paths, method and path. */
  readonly action: string;
  readonly protocol: Protocol;
  /** Parameters of `json` and `query` requests. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

const restJson = new Set(["lambda", "cloudfront-keyvaluestore"]);

/** Reads a request; nothing for one that is not signed as the AWS API's are. */
export async function readRequest(message: IncomingMessage): Promise<ApiRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { method = "GET", url: path = "/", headers } = message;
  // Signatures for all regions name none.
  const scope = /Credential=([^/]+)\/\d+\/(?:([^/]*)\/)?([^/]+)\/aws4_request/.exec(headers.authorization ?? "");
  if (scope === null) return undefined;
  const [, accessKey = "", region = "", service = ""] = scope;
  const common = { method, path, headers, body, service, region, accessKey };

  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const action = target.split(".").at(-1) ?? target;
    return { ...common, action, protocol: "json", parameters: parameters(body) };
  }
  if (/x-www-form-urlencoded/.test(headers["content-type"] ?? "")) {
    const form = Object.fromEntries(new URLSearchParams(body.toString("utf8")));
    return { ...common, action: form.Action ?? "", protocol: service === "ec2" ? "ec2" : "query", parameters: form };
  }
  const action = `${method} ${path.split("?")[0]}`;
  return { ...common, action, protocol: restJson.has(service) ? "rest-json" : "rest-xml", parameters: {} };
}

function parameters(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}
