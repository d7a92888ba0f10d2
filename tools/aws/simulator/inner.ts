import { request as send } from "node:http";
import { z } from "zod";
import type { Answer } from "./answers.ts";
import type { ApiRequest } from "./request.ts";

/** The moto behind the simulator: requests are handed on to it, and it is asked by the simulator itself. */
export class Inner {
  readonly endpoint: string;
  readonly #clients = new Map<string, unknown>();

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** A client of the SDK for moto itself. */
  client<C>(
    type: new (settings: {
      endpoint: string;
      region: string;
      credentials: { accessKeyId: string; secretAccessKey: string };
    }) => C,
    region: string,
  ): C {
    const key = `${type.name} ${region}`;
    const known =
      this.#clients.get(key) ??
      new type({
        endpoint: this.endpoint,
        region,
        credentials: { accessKeyId: "simulator", secretAccessKey: "simulator" },
      });
    this.#clients.set(key, known);
    return known as C;
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

  /** Hands a request on as it came. */
  forward({ method, path, headers, body }: ApiRequest): Promise<Answer & { readonly body: Buffer }> {
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
