import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How a receiver answers one request: with a status, never (`hang`), or by closing the connection (`reset`). */
export type Script = Answer | "hang" | "reset";

/** A real HTTP server on this machine that keeps what it was sent. The last answer of its script is given for ever. */
export class Receiver {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: (() => void)[] = [];
  readonly #script: Script[];

  private constructor(script: readonly Script[]) {
    this.#script = [...script];
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        this.received.push({ method, path: url, headers, body: Buffer.concat(parts).toString("utf8") });
        for (const told of this.#waiting.splice(0)) told();
        this.#answer(response);
      });
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async open(...script: readonly Script[]): Promise<Receiver> {
    const receiver = new Receiver(script.length === 0 ? [{ status: 200, body: "ok" }] : script);
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Resolves once something more was received. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(response: ServerResponse): void {
    const [answer] = this.#script.length > 1 ? this.#script.splice(0, 1) : this.#script;
    if (answer === "hang" || answer === undefined) return;
    if (answer === "reset") {
      response.socket?.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body ?? "");
  }
}
