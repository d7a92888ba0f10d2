import { setTimeout as pause } from "node:timers/promises";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { refusalOf } from "./refusal.ts";
import { onlySimulated, type Settings } from "./settings.ts";

interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Settings["credentials"];
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
  readonly forcePathStyle: true;
}

type Next = (args: { input: object }) => Promise<object>;
interface Middlewares {
  add(
    middleware: (next: Next, context: { commandName?: string; clientName?: string }) => Next,
    options: { step: "initialize"; name: string; priority: "high" },
  ): void;
}

/** No answer within this time is an error. */
const requestTimeoutMs = 30_000;

/** Clients of the AWS API in one region, each made once; a request ends with the signal and tells its errors in full. */
export class Connection {
  readonly region: string;
  readonly signal: AbortSignal;
  readonly settings: Settings;
  readonly #clients = new Map<unknown, unknown>();
  #account: Promise<string> | undefined;

  constructor(settings: Settings, signal: AbortSignal, region: string = settings.region) {
    this.settings = settings;
    this.signal = signal;
    this.region = region;
  }

  client<C extends { readonly middlewareStack: object; readonly config: { readonly serviceId: string } }>(
    type: new (settings: ClientSettings) => C,
  ): C {
    const known = this.#clients.get(type);
    if (known !== undefined) return known as C;
    const config = {
      region: this.region,
      endpoint: "http://127.0.0.1", // the service's name is known only by its client
      credentials: this.settings.credentials,
      maxAttempts: this.settings.attempts,
      requestHandler: { connectionTimeout: 5_000, requestTimeout: requestTimeoutMs },
      forcePathStyle: true as const,
    };
    const { serviceId } = new type(config).config;
    const endpoint = this.settings.endpoints[serviceId] ?? this.settings.endpoints[""];
    if (endpoint === undefined)
      throw new Error(`No endpoint for ${serviceId} (aws:endpoints, or AWS_ENDPOINT_URL). ${onlySimulated}`);
    const client = new type({ ...config, endpoint });
    (client.middlewareStack as Middlewares).add(
      (next, context) => async (args) => {
        this.signal.throwIfAborted();
        try {
          return await this.#orStopped(next(args));
        } catch (error) {
          this.signal.throwIfAborted();
          throw refusalOf(error, serviceId, (context.commandName ?? "request").replace(/Command$/, ""), args.input);
        }
      },
      { step: "initialize", name: "greenlight", priority: "high" },
    );
    this.#clients.set(type, client);
    return client;
  }

  /** The account that the credentials belong to. */
  account(): Promise<string> {
    this.#account ??= this.client(STSClient)
      .send(new GetCallerIdentityCommand({}))
      .then(({ Account: account }) => account ?? "");
    return this.#account;
  }

  /**
   * Asks until there is an answer.
   *
   * @throws Error saying for what it waited, how long, and what was seen last.
   */
  async until<T>(
    what: string,
    timeoutMs: number,
    ask: (see: (seen: string) => void) => Promise<T | undefined>,
  ): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    let seen = "nothing";
    for (let everyMs = 100; ; everyMs = Math.min(everyMs * 1.5, 5_000)) {
      const answer = await ask((now) => {
        seen = now;
      });
      if (answer !== undefined) return answer;
      if (Date.now() > deadline) {
        throw new Error(`Waited ${Math.round(timeoutMs / 1000)} s for ${what}; seen last: ${seen}.`);
      }
      await pause(everyMs, undefined, { signal: this.signal });
    }
  }

  #orStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    });
  }
}
