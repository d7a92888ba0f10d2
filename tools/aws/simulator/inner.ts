import { request as send } from "node:http";
import { z } from "zod";
import type { Answer } from "./answers.ts";
import { Changes } from "./changes.ts";
import { Remembered } from "./remembered.ts";
import type { ApiRequest } from "./request.ts";

type Middleware = <Args extends { input: unknown }, Output>(
  next: (args: Args) => Promise<Output>,
  context: { readonly commandName?: string },
) => (args: Args) => Promise<Output>;

/** What all clients of the SDK have. */
interface SdkClient {
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: { add(middleware: Middleware, options: { readonly step: "initialize" }): void };
}

/** Names in the signature, where the SDK has others. */
const signed: Readonly<Record<string, string>> = {
  CloudWatch: "monitoring",
  "CloudWatch Logs": "logs",
  ECS: "ecs",
  "Elastic Load Balancing v2": "elasticloadbalancing",
};

/** The moto behind the simulator: requests are handed on to it, and it is asked by the simulator itself. */
export class Inner {
  readonly endpoint: string;
  /** Whatever is written to moto is noted in it. */
  readonly changes = new Changes();
  readonly #remembered = new Remembered(this.changes);
  readonly #clients = new Map<string, unknown>();

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** A client of the SDK for moto itself. */
  client<C extends SdkClient>(
    type: new (settings: {
      endpoint: string;
      region: string;
      credentials: { accessKeyId: string; secretAccessKey: string };
    }) => C,
    region: string,
  ): C {
    const key = `${type.name} ${region}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known as C;
    const client = new type({
      endpoint: this.endpoint,
      region,
      credentials: { accessKeyId: "simulator", secretAccessKey: "simulator" },
    });
    const { serviceId } = client.config;
    const service = signed[serviceId] ?? serviceId;
    const remembering: Middleware = (next, { commandName = "" }) => {
      const action = commandName.replace(/Command$/, "");
      return (args) => {
        const by = () => `by the simulator itself ${region} ${JSON.stringify(args.input)}`;
        return this.#remembered.answer({ service, action, by }, () => next(args));
      };
    };
    client.middlewareStack.add(remembering, { step: "initialize" });
    this.#clients.set(key, client);
    return client;
  }

  /** The value of a secret in Secrets Manager, or of one key in it: `arn:…:secret:name:key::`. */
  async secret(valueFrom: string, region: string): Promise<string> {
    const [, arn = valueFrom, key] = /^(arn:aws:secretsmanager:[^:]*:\d*:secret:[^:]+):?([^:]*)/.exec(valueFrom) ?? [];
    const answer = await fetch(this.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
        authorization: `AWS4-HMAC-SHA256 Credential=simulator/20260101/${region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ SecretId: arn }),
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) {
      throw new Error(
        `ResourceInitializationError: unable to pull secrets: ${valueFrom} is not in Secrets Manager (${answer.status})`,
      );
    }
    const { SecretString: text } = z.looseObject({ SecretString: z.string() }).parse(await answer.json());
    if (key === undefined || key === "") return text;
    const value = z.record(z.string(), z.unknown()).parse(JSON.parse(text))[key];
    if (value === undefined) throw new Error(`ResourceInitializationError: the secret ${arn} has no key ${key}`);
    return String(value);
  }

  /** Hands a request on as it came; what moto is known to answer alike is not asked again. */
  forward(request: ApiRequest): Promise<Answer & { readonly body: Buffer }> {
    const { service, action, region, method, path, headers, body } = request;
    const by = () => `${region} ${method} ${path} ${headers["content-type"]} ${body.toString("latin1")}`;
    return this.#remembered.answer(
      { service, action, by },
      () => this.#send(request),
      ({ status }) => status === 200,
    );
  }

  #send({ method, path, headers, body }: ApiRequest): Promise<Answer & { readonly body: Buffer }> {
    const { connection: _, "content-length": __, "transfer-encoding": ___, expect: ____, ...kept } = headers;
    return new Promise((resolve, reject) => {
      const request = send(
        new URL(path, this.endpoint),
        { method, headers: { ...kept, "content-length": body.length }, timeout: 30_000 },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const { connection: _, "transfer-encoding": __, "content-length": ___, ...told } = response.headers;
            resolve({ status: response.statusCode ?? 502, headers: told, body: Buffer.concat(chunks) });
          });
        },
      );
      request.on("timeout", () => request.destroy(new Error("moto did not answer within 30 s")));
      request.on("error", reject);
      request.end(body);
    });
  }
}
