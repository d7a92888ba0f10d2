import type { Client, Dispatcher } from "undici";
import type { FailureKind, Outcome } from "./answers.ts";
import { failureKind } from "./failureKind.ts";
import type { CheckedTarget } from "./options.ts";

/** An answer longer than this is not one of ours. */
const bodyLimit = 4 * 1024 * 1024;

/** One request and how it ends. It ends exactly once, whatever happens. */
export class Exchange implements Dispatcher.DispatchHandler {
  ended = false;
  readonly intendedAt: number;
  readonly client: Client;
  readonly #target: CheckedTarget;
  readonly #path: string;
  readonly #clock: () => number;
  readonly #end: (outcome: Outcome, exchange: Exchange) => void;
  #sentAt: number | undefined;
  #status: number | undefined;
  #version: string | undefined;
  #environment: string | undefined;
  #chunks: Buffer[] | undefined;
  #size = 0;
  #late = false;

  constructor(parts: {
    readonly target: CheckedTarget;
    readonly path: string;
    readonly intendedAt: number;
    readonly client: Client;
    readonly clock: () => number;
    readonly end: (outcome: Outcome, exchange: Exchange) => void;
  }) {
    this.#target = parts.target;
    this.#path = parts.path;
    this.intendedAt = parts.intendedAt;
    this.client = parts.client;
    this.#clock = parts.clock;
    this.#end = parts.end;
  }

  send(): void {
    const { method, body } = this.#target;
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    this.client.dispatch({ method, path: this.#path, headers, body: body ?? null }, this);
  }

  /** Gives up; the connection goes with it, since the answer may still come. */
  timeOut(timeoutMs: number): void {
    if (this.ended) return;
    this.#late = true;
    void this.client.destroy();
    this.#finish({ kind: "timeout", error: `no complete answer in ${timeoutMs} ms` });
  }

  onRequestStart(): void {
    this.#sentAt ??= this.#clock();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#version = single(headers["x-version"]);
    this.#environment = single(headers["x-environment"]);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > bodyLimit) controller.abort(new Error(`the answer is longer than ${bodyLimit} bytes`));
    if (this.#target.contains === undefined || this.#status !== this.#target.status) return;
    this.#chunks ??= [];
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish(this.#wrong());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#late) return;
    this.#finish({ kind: failureKind(error, this.#sentAt !== undefined), error: error.message });
  }

  #wrong(): { kind: FailureKind; error: string } | undefined {
    const { status, contains } = this.#target;
    if (this.#status !== status) return { kind: "status", error: `status ${this.#status}, expected ${status}` };
    if (contains !== undefined && !joined(this.#chunks).includes(contains)) {
      return { kind: "body", error: `the body does not contain ${JSON.stringify(contains)}` };
    }
    if (this.#version === undefined || this.#environment === undefined) {
      return { kind: "unattributed", error: "answered without x-version and x-environment" };
    }
    return undefined;
  }

  #finish(failure: { kind: FailureKind; error: string } | undefined): void {
    if (this.ended) return;
    this.ended = true;
    const outcome: Outcome = {
      service: this.#target.name,
      method: this.#target.method,
      path: this.#path,
      intendedAt: this.intendedAt,
      sentAt: this.#sentAt,
      endedAt: this.#clock(),
      version: this.#version,
      environment: this.#environment,
      status: this.#status,
      failure,
    };
    this.#end(outcome, this);
  }
}

function single(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text === undefined || text === "" ? undefined : text.slice(0, 100);
}

function joined(chunks: Buffer[] | undefined): Buffer {
  const [first, ...more] = chunks ?? [];
  if (first === undefined) return Buffer.alloc(0);
  return more.length === 0 ? first : Buffer.concat([first, ...more]);
}
