import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DatabaseConnection } from "../../../provider/database/connection.ts";
import { drillLine, dumpLine, saidAfter } from "../../../provider/kubernetes/dump/dumpLine.ts";
import { dumpScripts } from "../../../provider/kubernetes/dump/scripts.ts";
import { shell } from "../../../provider/kubernetes/dump/shell.ts";
import { startServer, type TestServer } from "../../database/server.ts";
import { eventually } from "../../processes.ts";
import { startScript } from "./startScript.ts";
import { StoreServer } from "./storeServer.ts";

// The scripts themselves, as processes with the variables that their Jobs give them, on a real PostgreSQL. A folder is in place of the claim, and
// of the bucket of a real server of S3.

const scratch = "drill_shop_0a1b";

describe.each(["claim", "store"] as const)("the scripts for dumps in a %s", { timeout: 60_000 }, (place) => {
  const scripts = dumpScripts[place];
  /** How the name ends of what a killed dump leaves. */
  const half = place === "claim" ? "partial" : "dump";
  let server: TestServer;
  let store: StoreServer | undefined;
  let database: DatabaseConnection;
  let folder: string;

  beforeAll(async () => {
    server = await startServer();
    if (place === "store") store = await StoreServer.start(mkdtempSync(join(server.folder, "buckets-")));
  }, 600_000);
  afterAll(async () => {
    await store?.stop();
    await server.stop();
  });

  beforeEach(async () => {
    folder = mkdtempSync(store === undefined ? join(server.folder, "claim-") : join(store.bucket, "folder-"));
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
    const where: Record<string, string> =
      store === undefined
        ? { GREENLIGHT_FOLDER: folder }
        : {
            ...store.variables,
            GREENLIGHT_CLIENT: store.bin,
            GREENLIGHT_STORE: `backups/${folder.slice(store.bucket.length + 1)}`,
          };
    const common = { PATH: `${server.tools.bin}:${process.env.PATH}`, GREENLIGHT_STACK: "shop", ...where };
    return startScript(shell(before + script, ...args), { ...common, ...env });
  };
  const dump = async (release = "v2", before = "") => {
    const ran = await start(scripts.dump, { ...variables(), GREENLIGHT_RELEASE: release }, { before }).ended;
    return { ...ran, said: dumpLine(ran.text) };
  };
  const drill = async (name: string) => {
    const env = { ...variables(server.connection), GREENLIGHT_DUMP: name, GREENLIGHT_SCRATCH: scratch };
    const ran = await start(scripts.drill, env).ended;
    return { ...ran, said: drillLine(ran.text) };
  };
  const put = async (name: string, content: string) => {
    if (store === undefined) writeFileSync(join(folder, "shop", name), content);
    else await store.put(`${folder.slice(store.bucket.length + 1)}/shop/${name}`, content);
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
      return start(scripts.drill, env);
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

  if (place === "claim") {
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
  }

  it("leave nothing of a dump that is told to stop, and take away what a killed one left of the same release", async () => {
    await server.sql(database, "create table held (x int)");
    const locked = await lock(database);
    const { child, ended, said } = start(scripts.dump, { ...variables(), GREENLIGHT_RELEASE: "v2" });
    await eventually("its beginning", async () => said().includes("dumping to") || undefined, 20_000);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(143);
    await locked();
    expect(existsSync(join(folder, "shop")) ? files() : []).toEqual([]);
    const killed = [`v2-20260101T000000Z.${half}`, `v2-1-20260101T000000Z.${half}`];
    for (const it of killed) {
      if (store === undefined) mkdirSync(join(folder, "shop", it));
      else await put(it, "half");
    }
    const name = await taken();
    expect(files()).toEqual(expect.arrayContaining([killed[1], `${name}.dump`]));
    expect(files()).not.toContain(killed[0]);
  });

  it.each([
    ["GREENLIGHT_STACK", "../other"],
    ["GREENLIGHT_STACK", "a b"],
    ["GREENLIGHT_RELEASE", "$(id)"],
    ["GREENLIGHT_RELEASE", ""],
    ["GREENLIGHT_RELEASE", "-rf"],
  ])("refuse %s %j before anything is done", async (name, value) => {
    const env = { ...variables(), GREENLIGHT_RELEASE: "v2", [name]: value };
    const { exitCode, text } = await start(scripts.dump, env).ended;
    expect(exitCode).not.toBe(0);
    expect(text).toContain(`${name} is no plain name`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("ask no server that nobody named", async () => {
    const { PGHOST: _, ...some } = variables();
    const { exitCode, text } = await start(scripts.dump, { ...some, GREENLIGHT_RELEASE: "v2" }).ended;
    expect(exitCode).not.toBe(0);
    expect(text).toContain("PGHOST");
  });

  it("list what is there and remove by name alone", async () => {
    const [one, two] = [await taken("v1"), await taken("v2")];
    await put("torn.dump", "half");
    await put("of somebody.dump", "his");
    const { text } = await start(scripts.list, {}).ended;
    expect(saidAfter(text, "greenlight-listed").map((line) => line.split(" ")[0])).toEqual(["torn", one, two]);
    expect(saidAfter(text, "greenlight-count")).toEqual(["3"]);
    const removed = await start(scripts.removal, {}, { args: [one] }).ended;
    expect(saidAfter(removed.text, "greenlight-removed")).toEqual([one]);
    expect(files().filter((it) => it.endsWith(".dump"))).toEqual(["of somebody.dump", "torn.dump", `${two}.dump`]);
    const refused = await start(scripts.removal, {}, { args: ["../v2"] }).ended;
    expect(refused.exitCode).not.toBe(0);
    expect(files()).toContain(`${two}.dump`);
  });

  it("list none where no dump was taken yet", async () => {
    expect((await start(scripts.list, {}).ended).text).toBe("greenlight-count 0\n");
  });

  if (place === "store") {
    it.each([
      [
        "S3 itself where no other is named",
        { AWS_REGION: "eu-central-1" },
        ["TYPE=s3", "PROVIDER=AWS", "REGION=eu-central-1"],
      ],
      ["what is compatible where it is", { RCLONE_CONFIG_STORE_ENDPOINT: "https://store.example" }, ["PROVIDER=Other"]],
      [
        "what the Secret says",
        { RCLONE_CONFIG_STORE_TYPE: "azureblob", RCLONE_CONFIG_STORE_PROVIDER: "Minio" },
        ["TYPE=azureblob", "PROVIDER=Minio"],
      ],
    ])("speak to %s", async (_, variables, says) => {
      const client = mkdtempSync(join(server.folder, "client-"));
      writeFileSync(join(client, "rclone"), "#!/bin/sh\nenv >&2\nexit 1\n", { mode: 0o755 });
      const common = { PATH: process.env.PATH ?? "", GREENLIGHT_STACK: "shop", GREENLIGHT_STORE: "backups/folder" };
      const env = { ...common, GREENLIGHT_CLIENT: client, ...variables };
      const { text } = await startScript(shell(scripts.list), env).ended;
      for (const it of says) expect(text).toContain(`RCLONE_CONFIG_STORE_${it}\n`);
    });

    describe("that cannot reach the store", () => {
      it.each([
        ["the key is another", { AWS_SECRET_ACCESS_KEY: "another-one" }, "SignatureDoesNotMatch"],
        ["the bucket is not there", { GREENLIGHT_STORE: "nowhere/folder" }, "directory not found"],
        [
          "nobody answers",
          { RCLONE_CONFIG_STORE_ENDPOINT: "http://127.0.0.1:1", RCLONE_LOW_LEVEL_RETRIES: "1" },
          "connection refused",
        ],
        ["it would be the pod itself", { RCLONE_CONFIG_STORE_TYPE: "local" }, "nothing stays in a pod"],
        [
          "the pod has no client of it",
          { GREENLIGHT_CLIENT: "/nowhere" },
          "the client of the store is not in /nowhere",
        ],
      ])("say so where %s, and dump nothing", async (_, wrong, says) => {
        const ran = await start(scripts.dump, { ...variables(), GREENLIGHT_RELEASE: "v2", ...wrong }).ended;
        expect(ran.exitCode).not.toBe(0);
        expect(ran.text).toContain(says);
        expect(dumpLine(ran.text)).toBeUndefined();
        expect(readdirSync(folder)).toEqual([]);
        const listed = await start(scripts.list, wrong).ended;
        expect(listed.exitCode).not.toBe(0);
        expect(saidAfter(listed.text, "greenlight-count")).toEqual([]);
      });

      it("are no dump where it goes away while one is taken", async () => {
        await server.sql(database, "create table held (x int)");
        const unlock = await lock(database);
        const gone = await StoreServer.start(mkdtempSync(join(server.folder, "buckets-")));
        const env = { ...variables(), GREENLIGHT_RELEASE: "v2", GREENLIGHT_STORE: "backups/folder", ...gone.variables };
        const { ended, said } = start(scripts.dump, { ...env, RCLONE_LOW_LEVEL_RETRIES: "1" });
        await eventually("its beginning", async () => said().includes("dumping to") || undefined, 20_000);
        await gone.stop();
        await unlock();
        const { exitCode, text } = await ended;
        expect(exitCode).toBe(1);
        expect(text).toContain("the store did not take the dump");
        expect(dumpLine(text)).toBeUndefined();
        expect(readdirSync(gone.bucket)).toEqual([]);
      });
    });
  }

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
