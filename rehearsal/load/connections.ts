import { Client } from "undici";

/**
 * Keep-alive connections to one address, one request at a time on each, used in turn so that all of them live through
 * a switch. While all are busy another is opened, so that a slow answer never holds back an arrival.
 */
export class Connections {
  readonly #origin: string;
  readonly #connectMs: number;
  readonly #all = new Set<Client>();
  readonly #free: Client[] = [];
  #firstFree = 0;

  constructor(origin: string, atOnce: number, connectMs: number) {
    this.#origin = origin;
    this.#connectMs = connectMs;
    for (let i = 0; i < atOnce; i += 1) this.#free.push(this.#open());
  }

  take(): Client {
    const client = this.#free[this.#firstFree];
    if (client === undefined) return this.#open();
    this.#firstFree += 1;
    if (this.#firstFree > 1024) {
      this.#free.splice(0, this.#firstFree);
      this.#firstFree = 0;
    }
    return client;
  }

  giveBack(client: Client): void {
    if (client.destroyed) {
      this.#all.delete(client);
      return;
    }
    this.#free.push(client);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((client) => client.destroy()));
  }

  #open(): Client {
    const client = new Client(this.#origin, {
      pipelining: 1,
      keepAliveTimeout: 600_000,
      keepAliveMaxTimeout: 600_000,
      // The generator has its own deadline, from the intended start.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: this.#connectMs },
    });
    this.#all.add(client);
    return client;
  }
}
