import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { DatabaseConnection } from "../../provider/database/connection.ts";
import { migrate } from "../../provider/database/migrations/apply.ts";
import { startServer, type TestServer } from "../database/server.ts";
import { patient } from "../patience.ts";
import { addressOf, freePort, type Instance, readRelease, smoke, startService } from "./releases.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

const shopFolder = fileURLToPath(new URL("../../examples/shop", import.meta.url));

let server: TestServer;
/** Databases at the schema of v1.0.0 and of v1.1.0. */
let older: DatabaseConnection;
let newer: DatabaseConnection;
const running: Instance[] = [];

beforeAll(async () => {
  server = await startServer();
  [older, newer] = await Promise.all([databaseFor("v1.0.0"), databaseFor("v1.1.0")]);
});
afterEach(async () => {
  for (const instance of running) instance.terminate();
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});
afterAll(() => server?.stop());

async function databaseFor(version: string): Promise<DatabaseConnection> {
  const { manifest, folder } = await readRelease("shop", version);
  const connection = await server.database();
  if (manifest.database.tool !== "prisma") throw new Error("the shop's migrations are Prisma's");
  await migrate({ connection, tool: "prisma", directory: join(folder, manifest.database.directory) });
  return connection;
}

async function api(version: string, database: DatabaseConnection, env: Record<string, string> = {}): Promise<Instance> {
  const release = await readRelease("shop", version);
  const instance = await startService(release, "api", { DATABASE_URL: addressOf(database), ...env });
  running.push(instance);
  return instance;
}

async function web(version: string, apiUrl: string): Promise<Instance> {
  const instance = await startService(await readRelease("shop", version), "web", { API_URL: apiUrl });
  running.push(instance);
  return instance;
}

async function smokeOf(version: string, database: DatabaseConnection, expected = version) {
  const backend = await api(version, database);
  const frontend = await web(version, backend.url);
  const env = { API_URL: backend.url, WEB_URL: frontend.url, EXPECT_VERSION: expected };
  return smoke(await readRelease("shop", version), env);
}

/** Runs one of the shop's own test suites against a version, as its team would. */
async function suiteOf(name: "unit" | "integration" | "e2e", version: string, database: DatabaseConnection) {
  const backend = await api(version, database);
  const frontend = await web(version, backend.url);
  return execa("npm", ["run", "--silent", `test:${name}`], {
    cwd: shopFolder,
    env: { API_URL: backend.url, WEB_URL: frontend.url },
    reject: false,
    all: true,
  });
}

const order = { productId: 7, quantity: 2, customer: "Ada" };

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
}

async function json(answer: Response | Promise<Response>): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await (await answer).json());
}

describe("the good releases", () => {
  it.each([
    ["v1.0.0", "its own schema", () => older],
    ["v1.0.0", "the schema of v1.1.0, so that it can stay or come back", () => newer],
    ["v1.1.0", "its own schema", () => newer],
    ["v1.1.0", "the schema of v1.0.0, so that code may go out first", () => older],
    ["v1.1.1", "the schema of v1.1.0", () => newer],
  ])("%s passes its smoke test on %s", async (version, _schema, database) => {
    const { exitCode, output } = await smokeOf(version, database());
    expect(output).toContain(`5 of 5 checks passed, all by ${version}`);
    expect(exitCode).toBe(0);
  });

  it("say in every answer, errors too, which version and environment answered", async () => {
    const backend = await api("v1.0.0", older, { ENVIRONMENT: "green" });
    const frontend = await web("v1.0.0", backend.url);
    const paths = [`${backend.url}/health`, `${backend.url}/products/1`, `${backend.url}/none`, `${frontend.url}/`];
    for (const url of paths) {
      const { headers } = await fetch(url);
      expect([url, headers.get("x-version")]).toEqual([url, "v1.0.0"]);
      expect(headers.get("x-environment")).toBe(url.startsWith(frontend.url) ? "blue" : "green");
    }
    const version = { service: "api", version: "v1.0.0", environment: "green" };
    expect(await json(fetch(`${backend.url}/version`))).toEqual(version);
  });

  it("keep idle connections open for longer than a proxy does", async () => {
    const { headers } = await fetch(`${(await api("v1.0.0", older)).url}/version`);
    const seconds = Number(/timeout=(\d+)/.exec(headers.get("keep-alive") ?? "")?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(75);
  });

  it("differ in what they can do: v1.1.0 has categories and gift notes, v1.1.1 lists the cheapest first", async () => {
    const first = await api("v1.0.0", newer);
    const second = await api("v1.1.0", newer);
    const third = await api("v1.1.1", newer);
    const product = ({ url }: Instance) => json(fetch(`${url}/products/1`));
    expect(await product(first)).not.toHaveProperty("category");
    expect(await product(second)).toMatchObject({ name: "Lavender, small", category: "Plants" });

    const placed = await json(post(`${second.url}/orders`, { ...order, giftNote: "for you" }));
    expect(await json(fetch(`${second.url}/orders/${placed.id}`))).toMatchObject({ giftNote: "for you" });
    expect(await json(fetch(`${first.url}/orders/${placed.id}`))).not.toHaveProperty("giftNote");

    const list = z.object({ products: z.array(z.object({ priceCents: z.number() })) });
    const prices = list.parse(await json(fetch(`${third.url}/products`))).products.map((one) => one.priceCents);
    expect(prices).toHaveLength(50);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  });

  it("go on, without gift notes, when the columns of v1.1.0 are taken back under them", async () => {
    const database = await databaseFor("v1.1.0");
    const { url } = await api("v1.1.0", database);
    const noted = { ...order, giftNote: "for you" };
    expect(await json(post(`${url}/orders`, noted))).toHaveProperty("giftNote");
    await server.sql(
      database,
      "alter table orders drop column preferences",
      "alter table products drop column category",
    );
    const answer = await post(`${url}/orders`, noted);
    expect(answer.status).toBe(201);
    expect(await json(answer)).not.toHaveProperty("giftNote");
    expect((await fetch(`${url}/products/1`)).status).toBe(200);
  });
});

describe("the api's input", () => {
  it.each([
    ["GET", "/products/0", undefined, 400, "whole number"],
    ["GET", "/products/1e3", undefined, 400, "whole number"],
    ["GET", "/products/99999999999", undefined, 400, "whole number"],
    ["GET", "/products/51", undefined, 404, "no product 51"],
    ["GET", "/products/1/reviews", undefined, 404, "nothing at"],
    ["GET", "/orders/2147483647", undefined, 404, "no order"],
    ["DELETE", "/orders/1", undefined, 405, "DELETE"],
    ["POST", "/orders", "{", 400, "not JSON"],
    ["POST", "/orders", "[]", 400, "object"],
    ["POST", "/orders", { ...order, productId: "7" }, 400, "productId"],
    ["POST", "/orders", { ...order, productId: 51 }, 422, "no product 51"],
    ["POST", "/orders", { ...order, quantity: 101 }, 400, "quantity"],
    ["POST", "/orders", { ...order, quantity: 1.5 }, 400, "quantity"],
    ["POST", "/orders", { ...order, customer: " " }, 400, "customer"],
    ["POST", "/orders", { ...order, customer: "a\u0000" }, 400, "customer"],
    ["POST", "/orders", { ...order, price: 1 }, 400, '"price"'],
    ["POST", "/orders", { ...order, customer: "x".repeat(20_000) }, 413, "16384 bytes"],
  ])("%s %s %j is answered with %i and a sentence", async (method, path, body, status, words) => {
    const answer = await fetch(`${(await sharedApi()).url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    expect(answer.status).toBe(status);
    expect(await json(answer)).toMatchObject({ error: { message: expect.stringContaining(words) } });
  });

  let shared: Promise<Instance> | undefined;
  async function sharedApi(): Promise<Instance> {
    shared ??= readRelease("shop", "v1.0.0").then((release) =>
      startService(release, "api", { DATABASE_URL: addressOf(older) }),
    );
    return shared;
  }
  afterAll(async () => {
    const instance = await shared;
    instance?.terminate();
    await instance?.ended;
  });
});

describe("health", () => {
  it("is 503 without its database and 200 again once it is back, and no log tells the password", async () => {
    const database = await server.database();
    const instance = await api("v1.0.0", database);
    const health = () => fetch(`${instance.url}/health`);
    expect(await json(health())).toEqual({ status: "ok", version: "v1.0.0", database: "ok" });

    await server.sql(
      server.connection,
      `alter database "${database.database}" allow_connections false`,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.database}'`,
    );
    await expect.poll(async () => (await health()).status, patient).toBe(503);
    expect((await fetch(`${instance.url}/products`)).status).toBe(503);

    await server.sql(server.connection, `alter database "${database.database}" allow_connections true`);
    await expect.poll(async () => (await health()).status, patient).toBe(200);
    // Which of the two is said depends on whether a query was under way when the connection was lost.
    expect(instance.text()).toMatch(
      /"level":"error".*(lost an idle database connection|The database cannot be reached)/,
    );
    expect(instance.text()).not.toContain(database.password);
    expect(instance.text()).not.toContain(encodeURIComponent(database.password));
  });

  it("of the web page is its own: the page stays while the api is away", async () => {
    const backend = await api("v1.0.0", older);
    const frontend = await web("v1.0.0", backend.url);
    expect((await fetch(frontend.url)).status).toBe(200);
    backend.terminate();
    await backend.ended;
    expect((await fetch(`${frontend.url}/health`)).status).toBe(200);
    expect(await (await fetch(frontend.url)).text()).toContain('data-product="1"');
    const lonely = await web("v1.0.0", `http://127.0.0.1:${await freePort()}`);
    expect((await fetch(lonely.url)).status).toBe(502);
  });
});

describe("SIGTERM", () => {
  it("lets a request in flight end, takes no new one, and exits 0", async () => {
    const instance = await api("v1.0.0", older);
    const body = JSON.stringify(order);
    const inFlight = request(`${instance.url}/orders`, {
      method: "POST",
      headers: { expect: "100-continue", "content-length": body.length },
    });
    const answered = once(inFlight, "response");
    // The server has the request's head once it says continue.
    await once(inFlight, "continue");
    instance.terminate();
    await instance.logged("stopping");
    await expect(fetch(`${instance.url}/version`)).rejects.toThrow();
    inFlight.end(body);
    const [response] = await answered;
    expect(response.statusCode).toBe(201);
    expect(response.headers.connection).toBe("close");
    response.resume();
    expect(await instance.ended).toBe(0);
  });
});

describe("settings", () => {
  it.each([
    [{ FAULT: "sometimes" }, 'FAULT "sometimes"'],
    [{ FEATURES: "teleport" }, 'FEATURES names "teleport"'],
    [{ ENVIRONMENT: "" }, "ENVIRONMENT is not set"],
    [{ DATABASE_URL: "" }, "DATABASE_URL is not set"],
  ])("that are wrong end the service at once: %j", async (env, sentence) => {
    const instance = await api("v1.0.0", older, env as Record<string, string>);
    expect(await instance.ended).toBe(2);
    expect(instance.text()).toContain(sentence);
  });
});

describe("the bad releases", () => {
  it("v1.2.0 passes its smoke test, then answers exactly 5 % of requests with 500", async () => {
    const backend = await api("v1.2.0", newer);
    const statuses: number[] = [];
    for (let i = 0; i < 600; i += 1) statuses.push((await fetch(`${backend.url}/products/1`)).status);
    // The first request of all was the one that saw it answer.
    expect(statuses.slice(0, 199).every((status) => status === 200)).toBe(true);
    expect(statuses.slice(199, 599).filter((status) => status === 500)).toHaveLength(20);
    expect(backend.log.filter(({ level }) => level === "error")[0]?.message).toBe("price rules could not be loaded");
    expect((await smokeOf("v1.2.0", newer)).exitCode).toBe(0);
  });

  it("v1.2.1 passes its smoke test as well", async () => {
    expect((await smokeOf("v1.2.1", newer)).exitCode).toBe(0);
  });

  it("v1.2.2 never becomes healthy, and says so as JSON", async () => {
    const answer = await fetch(`${(await api("v1.2.2", newer)).url}/health`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ version: "v1.2.2", status: "starting" });
  });

  it("v1.2.3 is healthy but fails its smoke test, which says why", async () => {
    expect((await fetch(`${(await api("v1.2.3", newer)).url}/health`)).status).toBe(200);
    const { exitCode, output } = await smokeOf("v1.2.3", newer);
    expect(exitCode).toBe(1);
    expect(output).toContain("GET /products has no list of products");
  });
});

describe("the smoke test", () => {
  it("fails when another version answers", async () => {
    const { exitCode, output } = await smokeOf("v1.1.0", newer, "v1.1.1");
    expect(exitCode).toBe(1);
    expect(output).toContain("answered by v1.1.0, expected v1.1.1");
  });

  it.each([
    [{}, "API_URL is not set"],
    [{ API_URL: "http://127.0.0.1:1" }, "WEB_URL is not set"],
    [{ API_URL: "http://127.0.0.1:1", WEB_URL: "http://127.0.0.1:1" }, "EXPECT_VERSION is not set"],
    [{ API_URL: "http://127.0.0.1:1", WEB_URL: "http://127.0.0.1:1", EXPECT_VERSION: "v1" }, "fetch failed"],
  ])("fails without making a check: %j", async (env, sentence) => {
    const { exitCode, output } = await smoke(await readRelease("shop", "v1.0.0"), env as Record<string, string>);
    expect(exitCode).toBe(1);
    expect(output).toContain("failed after 0 passed checks");
    expect(output).toContain(sentence);
  });
});

describe("the shop's own tests", () => {
  it.each(["unit", "integration", "e2e"] as const)("pass: %s", async (name) => {
    const ran = await suiteOf(name, "v1.1.0", newer);
    expect(ran.exitCode, ran.all).toBe(0);
    expect(ran.all).toMatch(/# pass [1-9]/);
  });
});
