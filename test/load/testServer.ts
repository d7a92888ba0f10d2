import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that the test holds in its hand: it counts what reached it and answers as the path asks. */
export class TestServer implements AsyncDisposable {
  version = "v1";
  environment = "blue";
  /** Requests that arrived, by path. */
  readonly arrived = new Map<string, number>();
  /** Answers of /held that wait for {@link release}. */
  readonly held: ServerResponse[] = [];
  /** Connections accepted so far. */
  connections = 0;
  onHeld: () => void = () => undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("connection", () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get arrivals(): number {
    return [...this.arrived.values()].reduce((sum, count) => sum + count, 0);
  }

  release(): void {
    for (const response of this.held.splice(0)) response.end("ok");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    this.arrived.set(path, (this.arrived.get(path) ?? 0) + 1);
    request.resume();
    if (path !== "/unattributed") {
      response.setHeader("x-version", this.version);
      response.setHeader("x-environment", this.environment);
    }
    switch (path) {
      case "/status":
        response.writeHead(503).end("no");
        return;
      case "/body":
        response.end("something else");
        return;
      case "/reset":
        request.socket.resetAndDestroy();
        return;
      case "/half":
        response.writeHead(200, { "content-length": 1000 });
        response.write("ok", () => request.socket.destroy());
        return;
      case "/silent":
        return;
      case "/held":
        this.held.push(response);
        this.onHeld();
        return;
      default:
        response.end("ok");
    }
  }
}
