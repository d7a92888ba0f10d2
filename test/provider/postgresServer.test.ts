import { existsSync } from "node:fs";
import { createServer } from "node:net";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { databasePidFile } from "../../provider/local/databaseClaim.ts";
import { stopSupervised, supervisorOf } from "../../provider/local/process/supervised.ts";
import { databaseFolder } from "../../provider/local/unprivileged.ts";
import { decode } from "../../provider/wire.ts";
import { patient } from "../patience.ts";
import { Managed, refusal, secret } from "./managed.ts";
import { childrenOf, freePorts, processes, Stage } from "./stage.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const password = "s3cr3t pä's\"s%w:rd@/#";

let stage: Stage;
let server: Managed;
let port: number;

const wanted = (over = {}) => ({
  dir: stage.dir,
  listen: "127.0.0.1",
  port,
  user: "shop",
  database: "shop",
  password: secret(password),
  ...over,
});

async function query(connection: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: connection, connectionTimeoutMillis: 3000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const url = () => String(server.state.url);
const group = () => supervisorOf(databasePidFile(stage.dir)) ?? 0;
const postmaster = () => childrenOf(group())[0]?.pid ?? 0;
const comesBack = () =>
  vi.waitUntil(
    () =>
      query(url(), "SELECT 1").then(
        () => true,
        () => false,
      ),
    patient,
  );

describe("a database server", () => {
  beforeAll(async () => {
    stage = new Stage();
    server = new Managed("greenlight:local:PostgresServer", "database");
    [port = 0] = await freePorts(1);
    await server.create(wanted());
    await query(url(), "CREATE TABLE kept (value text)");
    await query(url(), "INSERT INTO kept VALUES ('precious')");
  });
  afterAll(() => stage.end());

  const kept = async () => (await query(url(), "SELECT value FROM kept"))[0]?.value;

  it("answers at its address, with its password and with no other", async () => {
    expect(await kept()).toBe("precious");
    const wrong = url().replace(/:[^:@]+@/, ":wrong@");
    await expect(query(wrong, "SELECT 1")).rejects.toThrow("password authentication failed");
    await server.refresh();
    expect(await server.differs()).toBe(false);
  });

  it("listens on loopback alone, and keeps its password out of arguments and marked in the state", async () => {
    expect((await query(url(), "SHOW listen_addresses"))[0]).toEqual({ listen_addresses: "127.0.0.1" });
    expect((await query(url(), "SHOW unix_socket_directories"))[0]).toEqual({ unix_socket_directories: "" });
    expect(processes().filter((it) => it.args.includes("s3cr3t"))).toEqual([]);
    expect([...decode(server.wire).secrets].sort()).toEqual(["password", "url"]);
    expect(existsSync(`${databaseFolder(stage.dir)}/password`)).toBe(false);
  });

  it("whose process is killed comes back by itself with its data", async () => {
    const before = postmaster();
    process.kill(before, "SIGKILL");
    await vi.waitUntil(() => postmaster() !== 0 && postmaster() !== before, patient);
    await comesBack();
    expect(await kept()).toBe("precious");
  });

  it("that is killed with its supervisor is drift, and comes back with the next update", async () => {
    process.kill(-group(), "SIGKILL");
    await vi.waitUntil(() => group() === 0, patient);
    expect(await server.refresh()).toMatchObject({ running: false });
    expect(await server.differs()).toBe(true);
    await server.update();
    expect(await kept()).toBe("precious");
    await server.refresh();
    expect(await server.differs()).toBe(false);
  });

  it("whose database was dropped is drift, and the next update makes one", async () => {
    await query(url().replace(/\/shop$/, "/postgres"), "CREATE DATABASE aside TEMPLATE shop");
    await query(url().replace(/\/shop$/, "/postgres"), "DROP DATABASE shop");
    expect(await server.refresh()).toMatchObject({ running: true, databaseExists: false });
    expect(await server.differs()).toBe(true);
    await server.update();
    expect(await query(url(), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await query(url().replace(/\/shop$/, "/postgres"), "DROP DATABASE shop");
    await query(url().replace(/\/shop$/, "/postgres"), "ALTER DATABASE aside RENAME TO shop");
  });

  it("changes its password in an update; the data stays", async () => {
    await server.update(wanted({ password: secret("another one") }));
    expect(await kept()).toBe("precious");
    expect(url()).toContain("another%20one");
  });

  it("takes a password change up again that a killed update had made already", async () => {
    await query(url(), "ALTER ROLE shop PASSWORD 'made before the kill'");
    await server.update(wanted({ password: secret("made before the kill") }));
    expect(await kept()).toBe("precious");
    await server.update(wanted());
  });

  it("moves to another port in an update", async () => {
    const [next = 0] = await freePorts(1);
    await server.update(wanted({ port: next }));
    expect(url()).toContain(`:${next}/`);
    expect(await kept()).toBe("precious");
    port = next;
  });

  it("stays where it is when the other port is taken", async () => {
    const [taken = 0] = await freePorts(1);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(taken, "127.0.0.1", resolve));
    const said = await refusal(server.update(wanted({ port: taken, password: secret("not yet this one") })));
    await new Promise((resolve) => other.close(resolve));
    expect(said).toContain(`Port ${taken} is in use by another program`);
    expect(await kept()).toBe("precious");
  });

  it("left running by a killed update is taken over as it is", async () => {
    const running = group();
    const again = new Managed("greenlight:local:PostgresServer", "database");
    await again.create(wanted());
    expect(group()).toBe(running);
    expect(await kept()).toBe("precious");
  });

  it("of an earlier stack with another password is refused in words, its data left alone", async () => {
    await stopSupervised(databasePidFile(stage.dir), 10_000);
    const foreign = new Managed("greenlight:local:PostgresServer", "database");
    const said = await refusal(foreign.create(wanted({ password: secret("not that one") })));
    expect(said).toContain("The database's files are from an earlier stack with another password.");
    expect(said).toContain(databaseFolder(stage.dir));
    expect(said).not.toContain("not that one");
    // What was started to find out is ended.
    expect(group()).toBe(0);
    await server.update();
    expect(await kept()).toBe("precious");
  });

  it("goes without a process or a file left", async () => {
    const running = group();
    await server.delete();
    expect(processes().filter((it) => it.group === running)).toEqual([]);
    expect(existsSync(databaseFolder(stage.dir))).toBe(false);
    await server.delete();
  });
});

describe("a server that cannot be", () => {
  beforeEach(async () => {
    stage = new Stage();
    server = new Managed("greenlight:local:PostgresServer", "database");
    [port = 0] = await freePorts(1);
  });
  afterEach(() => stage.end());

  it("because its port is in use: said so, and nothing was made or started", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    try {
      const said = await refusal(server.create(wanted()));
      expect(said).toContain(`Port ${port} is in use by another program; the database needs it.`);
      expect(said).toContain("Nothing was started.");
      expect(group()).toBe(0);
      expect(existsSync(`${databaseFolder(stage.dir)}/data`)).toBe(false);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it("because its password is too short: refused in the preview, without showing it", async () => {
    const refusals = await server.refusals(wanted({ password: secret("hunter2") }));
    expect(refusals).toEqual([expect.stringMatching(/^password: /)]);
    expect(refusals.join()).not.toContain("hunter2");
  });
});
