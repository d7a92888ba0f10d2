import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DatabaseConnection } from "../../../provider/database/connection.ts";
import { drillScript } from "../../../provider/kubernetes/dump/drillScript.ts";
import { drillLine, dumpLine, saidAfter } from "../../../provider/kubernetes/dump/dumpLine.ts";
import { dumpScript } from "../../../provider/kubernetes/dump/dumpScript.ts";
import { listScript } from "../../../provider/kubernetes/dump/listScript.ts";
import { removalScript } from "../../../provider/kubernetes/dump/removalScript.ts";
import { shell } from "../../../provider/kubernetes/dump/shell.ts";
import { startServer, type TestServer } from "../../database/server.ts";
import { eventually } from "../../processes.ts";
import { startScript } from "./startScript.ts";

// The scripts themselves, as processes with the variables that their Jobs give them, on a real PostgreSQL; a folder is in place of the claim.

const scratch = "drill_shop_0a1b";

describe("the scripts for dumps", { timeout: 60_000 }, () => {
  let server: TestServer;
  let database: DatabaseConnection;
  let folder: string;

  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server.stop());

  beforeEach(async () => {
    folder = mkdtempSync(join(server.folder, "claim-"));
    database = await server.database();
    await server.sql(
      database,
      `create table orders (id int primary key, "total in €" numeric)`,
      "insert into orders select n, n * 2 from generate_series(1, 500) n",
      `create schema "other's"`,
      `create table "other's"."a, ""table""" (x int)`,
      `insert into "other's"."a, ""table""" values (1), (2)`,
    );
    return () => rmSync(folder, { recursive: true, force: true });
  });

  const variables = (it: DatabaseConnection = database) => ({
    PGHOST: it.host,
    PGPORT: String(it.port),
    PGUSER: it.user,
    PGPASSWORD: it.password,
    PGDATABASE: it.database,
  });
  const start = (script: string, env: Record<string, string>, { args = [] as string[], before = "" } = {}) => {
    const common = {
      PATH: `${server.tools.bin}:${process.env.PATH}`,
      GREENLIGHT_FOLDER: folder,
      GREENLIGHT_STACK: "shop",
    };
    return startScript(shell(before + script, ...args), { ...common, ...env });
  };
  const dump = async (release = "v2", before = "") => {
    const ran = await start(dumpScript, { ...variables(), GREENLIGHT_RELEASE: release }, { before }).ended;
    return { ...ran, said: dumpLine(ran.text) };
  };
  const drill = async (name: string) => {
    const env = { ...variables(server.connection), GREENLIGHT_DUMP: name, GREENLIGHT_SCRATCH: scratch };
    const ran = await start(drillScript, env).ended;
    return { ...ran, said: drillLine(ran.text) };
  };
  const files = () => readdirSync(join(folder, "shop")).sort();
  const drillDatabases = () =>
    server.sql(server.connection, "select datname from pg_database where datname like 'drill%' order by 1");
  const taken = async (release = "v2") => {
    const { said, text } = await dump(release);
    if (said === undefined) throw new Error(text);
    return said.name;
  };

  it("dump the database, say what it holds, and leave the dump with its rows and checksums beside it", async () => {
    const { exitCode, text, said } = await dump();
    expect(exitCode, text).toBe(0);
    expect(said).toMatchObject({ tables: 2, held: { release: "v2" } });
    const name = said?.name ?? "";
    expect(name).toMatch(/^v2-\d{8}T\d{6}Z$/);
    expect(files()).toEqual([`${name}.dump`, `${name}.ndjson`, `${name}.sha256`]);
    const [, ...tables] = readFileSync(join(folder, "shop", `${name}.ndjson`), "utf8")
      .trim()
      .split("\n");
    expect(tables.map((line) => JSON.parse(line))).toEqual([
      [`"other's"."a, ""table"""`, 2],
      ["public.orders", 500],
    ]);
    expect(text).not.toContain(database.password);
  });

  it("restore a dump beside the database, find the rows that it was taken with, and leave nothing", async () => {
    const name = await taken();
    await server.sql(database, "delete from orders where id > 10");
    const { exitCode, text, said } = await drill(name);
    expect(exitCode, text).toBe(0);
    expect(said).toEqual({ stage: "done", tables: 2, rows: 502, dropped: true });
    expect(await drillDatabases()).toEqual([]);
    expect(await server.sql(database, "select count(*)::int as rows from orders")).toEqual([{ rows: 10 }]);
  });

  it("refuse a dump of which one byte was changed, before anything is restored", async () => {
    const name = await taken();
    const file = join(folder, "shop", `${name}.dump`);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
    writeFileSync(file, bytes);
    const { exitCode, said } = await drill(name);
    expect(exitCode).not.toBe(0);
    expect(said).toEqual({ stage: "checksum", tables: 0, rows: 0, dropped: true });
  });

  it("tell which table came back with other rows than were recorded", async () => {
    const name = await taken();
    const at = (kind: string) => join(folder, "shop", `${name}.${kind}`);
    const recorded = readFileSync(at("ndjson"), "utf8").replace("500]", "501]");
    writeFileSync(at("ndjson"), recorded);
    // Its checksum is right, so that only the rows are not.
    const { text: sums } = await start(`cd ${join(folder, "shop")} && sha256sum ${name}.dump ${name}.ndjson`, {}).ended;
    writeFileSync(at("sha256"), sums);
    const { exitCode, text, said } = await drill(name);
    expect(exitCode).not.toBe(0);
    expect(said).toEqual({ stage: "compare", tables: 2, rows: 502, dropped: true });
    expect(saidAfter(text, "greenlight-difference")).toEqual([
      'recorded ["public.orders", 501]',
      'restored ["public.orders", 500]',
    ]);
  });

  it("drop the database of a drill whose dump cannot be restored, with the server's own words", async () => {
    await server.sql(
      database,
      "create function known() returns bigint language sql as 'select count(*) from orders'",
      "create table lines (x int check (known() > 0))",
      "insert into lines values (1)",
    );
    const { exitCode, text, said } = await drill(await taken());
    expect(exitCode).not.toBe(0);
    expect(said).toMatchObject({ stage: "restore", dropped: true });
    expect(text).toContain('relation "orders" does not exist');
    expect(await drillDatabases()).toEqual([]);
  });

  describe("that are a drill's which is told to stop", () => {
    beforeEach(async () => {
      // A drill restores `held`, then `slow` at 20 ms a row.
      await server.sql(
        database,
        "create table held (x int)",
        "create table slow (x int check (current_database() !~ '^drill' or pg_sleep(0.02) is not null))",
        "insert into slow select 1 from generate_series(1, 150)",
      );
    });
    const drilling = async () => {
      const env = { ...variables(server.connection), GREENLIGHT_DUMP: await taken(), GREENLIGHT_SCRATCH: scratch };
      return start(drillScript, env);
    };
    const seen = (what: string) =>
      eventually(
        what,
        async () => {
          const condition = `datname = '${scratch}' and ${what}`;
          return (await server.sql(server.connection, `select 1 from pg_stat_activity where ${condition}`))[0];
        },
        20_000,
      );
    const stopped = async ({ child, ended }: Awaited<ReturnType<typeof drilling>>) => {
      child.kill("SIGTERM");
      const { exitCode, text } = await ended;
      expect(exitCode, text).toBe(143);
      expect(drillLine(text), text).toMatchObject({ stage: "ended", dropped: true });
      expect(await drillDatabases()).toEqual([]);
    };

    it("drop the database while it is restored", async () => {
      const drill = await drilling();
      await seen("wait_event = 'PgSleep'");
      await stopped(drill);
    });

    it("drop the database while its rows are compared", async () => {
      const drill = await drilling();
      await seen("wait_event = 'PgSleep'");
      const unlock = await lock({ ...database, database: scratch });
      await seen("wait_event_type = 'Lock' and query like '%count(*)%'");
      await stopped(drill);
      await unlock();
    });
  });

  it("leave a database alone that has the name of a drill's, and name those that killed drills left", async () => {
    const name = await taken();
    await server.sql(server.connection, "create database drill_shop_0a1b", "create database drill_shop_ffff");
    const { text, said } = await drill(name);
    expect(said).toMatchObject({ stage: "server", dropped: true });
    expect(text).toContain(`the database ${scratch} is there already`);
    expect(text).toContain("left by a drill that was killed: the database drill_shop_ffff");
    expect(await drillDatabases()).toHaveLength(2);
    await server.sql(server.connection, "drop database drill_shop_0a1b", "drop database drill_shop_ffff");
  });

  it("leave no half dump where the file may not grow, and earlier ones as they were", async () => {
    await taken("v1");
    const there = files();
    await server.sql(database, "create table big as select md5(n::text) as x from generate_series(1, 20000) n");
    // As a volume that is full: no file of it may have more than 4 kB.
    const { exitCode, text, said } = await dump("v2", "ulimit -f 8\ntrap '' XFSZ\n");
    expect(exitCode).not.toBe(0);
    expect(said).toBeUndefined();
    expect(text).toMatch(/could not write|File too large/);
    expect(files()).toEqual(there);
  });

  it("leave nothing of a dump that is told to stop, and take away what a killed one left of the same release", async () => {
    await server.sql(database, "create table held (x int)");
    const locked = await lock(database);
    const { child, ended } = start(dumpScript, { ...variables(), GREENLIGHT_RELEASE: "v2" });
    await eventually("its folder", async () => (existsSync(join(folder, "shop")) ? files()[0] : undefined), 20_000);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(143);
    await locked();
    expect(files()).toEqual([]);
    mkdirSync(join(folder, "shop", "v2-20260101T000000Z.partial"));
    mkdirSync(join(folder, "shop", "v2-1-20260101T000000Z.partial"));
    const name = await taken();
    expect(files().filter((it) => it.endsWith(".partial"))).toEqual(["v2-1-20260101T000000Z.partial"]);
    expect(files()).toContain(`${name}.dump`);
  });

  it.each([
    ["GREENLIGHT_STACK", "../other"],
    ["GREENLIGHT_STACK", "a b"],
    ["GREENLIGHT_RELEASE", "$(id)"],
    ["GREENLIGHT_RELEASE", ""],
    ["GREENLIGHT_RELEASE", "-rf"],
  ])("refuse %s %j before anything is done", async (name, value) => {
    const env = { ...variables(), GREENLIGHT_RELEASE: "v2", [name]: value };
    const { exitCode, text } = await start(dumpScript, env).ended;
    expect(exitCode).not.toBe(0);
    expect(text).toContain(`${name} is no plain name`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("ask no server that nobody named", async () => {
    const { PGHOST: _, ...some } = variables();
    const { exitCode, text } = await start(dumpScript, { ...some, GREENLIGHT_RELEASE: "v2" }).ended;
    expect(exitCode).not.toBe(0);
    expect(text).toContain("PGHOST");
  });

  it("list what is there and remove by name alone", async () => {
    const [one, two] = [await taken("v1"), await taken("v2")];
    writeFileSync(join(folder, "shop", "torn.dump"), "half");
    writeFileSync(join(folder, "shop", "of somebody.dump"), "");
    const { text } = await start(listScript, {}).ended;
    expect(saidAfter(text, "greenlight-listed").map((line) => line.split(" ")[0])).toEqual(["torn", one, two]);
    expect(saidAfter(text, "greenlight-count")).toEqual(["3"]);
    const removed = await start(removalScript, {}, { args: [one] }).ended;
    expect(saidAfter(removed.text, "greenlight-removed")).toEqual([one]);
    expect(files().filter((it) => it.endsWith(".dump"))).toEqual(["of somebody.dump", "torn.dump", `${two}.dump`]);
    const refused = await start(removalScript, {}, { args: ["../v2"] }).ended;
    expect(refused.exitCode).not.toBe(0);
    expect(files()).toContain(`${two}.dump`);
  });

  it("list none where no dump was taken yet", async () => {
    expect((await start(listScript, {}).ended).text).toBe("greenlight-count 0\n");
  });

  /** Holds a lock that keeps who reads `held` waiting, until what is returned is called or the database is dropped. */
  async function lock(at: DatabaseConnection): Promise<() => Promise<void>> {
    const { connect } = await import("../../../provider/database/session.ts");
    const client = await connect(at, { timeoutMs: 10_000 });
    client.on("error", () => undefined);
    await client.query("begin");
    await client.query("lock table held in access exclusive mode");
    return async () => void (await client.end());
  }
});
