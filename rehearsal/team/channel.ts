import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const bodyLimit = 256 * 1024;
const messageShape = z.looseObject({ kind: z.string(), version: z.string() });

/** An announcement as it arrived. */
export interface Arrived {
  readonly channel: string;
  readonly kind: string;
  readonly version: string;
}

/** Where the rehearsal's announcements arrive: a real server for webhooks on loopback, which keeps what it is told. */
export class Channel {
  readonly arrived: Arrived[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Channel> {
    const server = createServer();
    const channel = new Channel(server);
    server.requestTimeout = 10_000;
    // Nobody waits for it: it never keeps the rehearsal from ending.
    server.unref();
    server.on("request", (request, response) => {
      void channel.#take(request).then(
        (taken) => response.writeHead(taken ? 204 : 400).end(),
        () => response.destroy(),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return channel;
  }

  /** Address of one of its rooms. */
  address(room: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${room}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage): Promise<boolean> {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of request) {
      size += part.length;
      if (size > bodyLimit) return false;
      parts.push(part);
    }
    const message = messageShape.safeParse(jsonOf(Buffer.concat(parts).toString("utf8")));
    if (!message.success) return false;
    const { kind, version } = message.data;
    this.arrived.push({ channel: (request.url ?? "/").slice(1), kind, version });
    return true;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON is no announcement
  }
}
