import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An answer of AWS: what an operation gives back, or an error by its code. */
export type Answer = object | { readonly error: string; readonly message?: string };

/** What was asked: parameters as the SDK sent them, for the query protocol as `A.member.1` and the like. */
export type Asked = Readonly<Record<string, unknown>>;

/**
 * Answers the SDK's real requests by operation, in the protocols that are met: JSON (ECS, Logs), query with XML (load balancing, RDS), and
 * the paths of CloudFront and its key-value stores. It knows nothing of AWS but what a test tells it.
 */
export class Cloud {
  readonly #server: Server;
  readonly #answers = new Map<string, (asked: Asked) => Answer>();
  /** Operations in the order in which they were asked. */
  readonly asked: { readonly operation: string; readonly input: Asked }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Starts it and points the SDK at it. */
  static async start(): Promise<Cloud> {
    const cloud = new Cloud();
    await new Promise<void>((resolve) => cloud.#server.listen(0, "127.0.0.1", resolve));
    const { port } = cloud.#server.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    return cloud;
  }

  async end(): Promise<void> {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What an operation answers from now on; the last of several answers stays. */
  answers(operation: string, ...answers: (Answer | ((asked: Asked) => Answer))[]): void {
    let at = 0;
    this.#answers.set(operation, (asked) => {
      const answer = answers[Math.min(at++, answers.length - 1)] ?? {};
      return typeof answer === "function" ? answer(asked) : answer;
    });
  }

  /** What an operation answers now, for an answer that changes a part of it. */
  answer(operation: string): (asked: Asked) => Answer {
    return this.#answers.get(operation) ?? (() => ({ error: "NotTold" }));
  }

  operations(): string[] {
    return this.asked.map(({ operation }) => operation);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const target = request.headers["x-amz-target"];
    const json = typeof target === "string";
    const ofStore = storeAsked(request, body);
    const input: Asked = ofStore?.input ?? (json ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)));
    const operation =
      ofStore?.operation ??
      (json ? (target.split(".")[1] ?? "") : String(input.Action ?? `${request.method} ${request.url}`));
    this.asked.push({ operation, input });
    const answer = this.#answers.get(operation)?.(input) ?? { error: "NotTold", message: `no answer to ${operation}` };
    const failed = "error" in answer;
    response.statusCode = failed ? 400 : 200;
    response.setHeader("content-type", json ? "application/x-amz-json-1.1" : "text/xml");
    const { ETag } = answer as { readonly ETag?: string };
    if (ETag !== undefined) response.setHeader("etag", ETag);
    if (json || ofStore !== undefined) {
      response.end(JSON.stringify(failed ? { __type: answer.error, message: answer.message ?? "" } : answer));
    } else if (failed) {
      const { error, message = "" } = answer as { error: string; message?: string };
      response.end(`<ErrorResponse><Error><Code>${error}</Code><Message>${message}</Message></Error></ErrorResponse>`);
    } else if (operation.includes(" ")) {
      response.end(xml(answer));
    } else {
      response.end(`<R><${operation}Result>${xml(answer)}</${operation}Result></R>`);
    }
  }
}

/** A request to a key-value store, by its path; undefined for another. */
function storeAsked({ method = "", url = "", headers }: IncomingMessage, body: string) {
  const [, arn, key] = /^\/key-value-stores\/([^/]+)(?:\/keys\/([^/?]+))?/.exec(url) ?? [];
  if (arn === undefined) return undefined;
  const KvsARN = decodeURIComponent(arn);
  if (key === undefined) return { operation: "DescribeKeyValueStore", input: { KvsARN } };
  if (method === "GET") return { operation: "GetKey", input: { KvsARN, Key: key } };
  return { operation: "PutKey", input: { KvsARN, Key: key, IfMatch: headers["if-match"], ...JSON.parse(body) } };
}

/** RDS names the items of its lists; load balancing does not. */
const items: Readonly<Record<string, string>> = {
  DBSnapshots: "DBSnapshot",
  DBClusterSnapshots: "DBClusterSnapshot",
  DBClusters: "DBCluster",
  DBClusterMembers: "DBClusterMember",
  DBInstances: "DBInstance",
  VpcSecurityGroups: "VpcSecurityGroupMembership",
  TagList: "Tag",
};

function xml(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => {
      if (!Array.isArray(inner)) return `<${key}>${xml(inner)}</${key}>`;
      const item = items[key] ?? "member";
      return `<${key}>${inner.map((it) => `<${item}>${xml(it)}</${item}>`).join("")}</${key}>`;
    })
    .join("");
}
