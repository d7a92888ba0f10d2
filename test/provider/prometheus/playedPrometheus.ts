import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a range query is asked. Seconds. */
export interface AskedRange {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

type Value = number | undefined;

/** Answers the API of Prometheus by what a test says, and refuses every other path and query. */
export class PlayedPrometheus {
  /** The value of a query at a moment, epoch ms; undefined for none. A query that is not here is refused. */
  readonly values = new Map<string, (at: number) => Value>();
  /** State of alerting rules by name. */
  readonly alerts: Record<string, { readonly state: string; readonly health?: string }> = {};
  /** Values of instant queries. */
  readonly instants = new Map<string, readonly string[]>();
  /** What was asked, in order, with the headers that came with it. */
  readonly asked: { readonly path: string; readonly headers: Readonly<Record<string, unknown>> }[] = [];
  /** Sent in place of every answer. */
  instead: { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | undefined;
  /** Answers nothing any more. */
  hang = false;
  warnings: readonly string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      this.asked.push({ path: `${url.pathname}${url.search}`, headers: request.headers });
      if (this.hang) return;
      if (this.instead !== undefined) {
        response.writeHead(this.instead.status, this.instead.headers).end(this.instead.body);
        return;
      }
      const data = this.#answer(url);
      if (data === undefined) {
        const error = {
          status: "error",
          errorType: "bad_data",
          error: `not known here: ${url.searchParams.get("query")}`,
        };
        response.writeHead(400).end(JSON.stringify(error));
        return;
      }
      response.end(JSON.stringify({ status: "success", data, warnings: this.warnings }));
    });
  }

  static async start(): Promise<PlayedPrometheus> {
    const played = new PlayedPrometheus();
    await new Promise<void>((resolve) => played.#server.listen(0, "127.0.0.1", resolve));
    return played;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ pathname, searchParams }: URL): object | undefined {
    const query = searchParams.get("query") ?? "";
    switch (pathname) {
      case "/api/v1/query_range":
        return this.#range({
          query,
          start: Number(searchParams.get("start")),
          end: Number(searchParams.get("end")),
          step: Number(searchParams.get("step")),
        });
      case "/api/v1/query": {
        const values = this.instants.get(query);
        if (values === undefined) return undefined;
        return { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1, value] })) };
      }
      case "/api/v1/rules": {
        const rules = Object.entries(this.alerts).map(([name, it]) => ({
          type: "alerting",
          name,
          health: "ok",
          ...it,
        }));
        return { groups: [{ name: "shop", rules: [...rules, { type: "recording", name: "recorded", health: "ok" }] }] };
      }
      default:
        return undefined;
    }
  }

  #range({ query, start, end, step }: AskedRange): object | undefined {
    const value = this.values.get(query);
    if (value === undefined || !(step > 0) || !(end >= start)) return undefined;
    const values: [number, string][] = [];
    for (let at = start; at <= end; at += step) {
      const it = value(Math.round(at * 1_000));
      if (it !== undefined) values.push([at, String(it)]);
    }
    const result = values.length === 0 ? [] : [{ metric: {}, values }];
    return { resultType: "matrix", result };
  }
}
