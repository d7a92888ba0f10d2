import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drillLine, saidAfter } from "../../../provider/kubernetes/dump/dumpLine.ts";
import { dumpScripts } from "../../../provider/kubernetes/dump/scripts.ts";
import type { TestServer } from "../../database/server.ts";
import { eventually } from "../../processes.ts";
import { DumpGround } from "./dumpGround.ts";

const scratch = "drill_shop_0a1b";

describe.each(["claim", "store"] as const)("the scripts for dumps in a %s", (place) => {
  const scripts = dumpScripts[place];
  /** How the name ends of what a killed dump leaves. */
  const half = place === "claim" ? "partial" : "dump";
  let ground: DumpGround;
  let server: TestServer;

  beforeAll(async () => {
    ground = await DumpGround.open(place);
    ({ server } = ground);
  });
  afterAll(() => ground.close());
  beforeEach(() => ground.begin());

  const drill = async (name: string) => {
    const env = { ...ground.variables(server.connection), GREENLIGHT_DUMP: name, GREENLIGHT_SCRATCH: scratch };
    const ran = await ground.start(scripts.drill, env).ended;
    return { ...ran, said: drillLine(ran.text) };
  };
  const drillDatabases = () =>
    server.sql(server.connection, "select datname from pg_database where datname like 'drill%' order by 1");
  it("dump the database, say what it holds, and leave the dump with its rows and checksums beside it", async () => {
    const { exitCode, text, said } = await ground.dump();
    expect(exitCode, text).toBe(0);
    expect(said).toMatchObject({ tables: 2, held: { release: "v2" } });
    const name = said?.name ?? "";
    expect(name).toMatch(/^v2-\d{8}T\d{6}Z$/);
    expect(ground.files()).toEqual([`${name}.dump`, `${name}.ndjson`, `${name}.sha256`]);
    const [, ...tables] = readFileSync(join(ground.folder, "shop", `${name}.ndjson`), "utf8")
      .trim()
      .split("\n");
    expect(tables.map((line) => JSON.parse(line))).toEqual([
      [`"other's"."a, ""table"""`, 2],
      ["public.orders", 500],
    ]);
    expect(text).not.toContain(ground.database.password);
  });

  it("restore a dump beside the database, find the rows that it was taken with, and leave nothing", async () => {
    const name = await ground.taken();
    await server.sql(ground.database, "delete from orders where id > 10");
    const { exitCode, text, said } = await drill(name);
    expect(exitCode, text).toBe(0);
    expect(said).toEqual({ stage: "done", tables: 2, rows: 502, dropped: true });
    expect(await drillDatabases()).toEqual([]);
    expect(await server.sql(ground.database, "select count(*)::int as rows from orders")).toEqual([{ rows: 10 }]);
  });

  it("refuse a dump of which one byte was changed, before anything is restored", async () => {
    const name = await ground.taken();
    const file = join(ground.folder, "shop", `${name}.dump`);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
    writeFileSync(file, bytes);
    const { exitCode, said } = await drill(name);
    expect(exitCode).not.toBe(0);
    expect(said).toEqual({ stage: "checksum", tables: 0, rows: 0, dropped: true });
  });

  it("tell which table came back with other rows than were recorded", async () => {
    const name = await ground.taken();
    const at = (kind: string) => join(ground.folder, "shop", `${name}.${kind}`);
    const recorded = readFileSync(at("ndjson"), "utf8").replace("500]", "501]");
    writeFileSync(at("ndjson"), recorded);
    // Its checksum is right, so that only the rows are not.
    const { text: sums } = await ground.start(
      `cd ${join(ground.folder, "shop")} && sha256sum ${name}.dump ${name}.ndjson`,
      {},
    ).ended;
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
      ground.database,
      "create function known() returns bigint language sql as 'select count(*) from orders'",
      "create table lines (x int check (known() > 0))",
      "insert into lines values (1)",
    );
    const { exitCode, text, said } = await drill(await ground.taken());
    expect(exitCode).not.toBe(0);
    expect(said).toMatchObject({ stage: "restore", dropped: true });
    expect(text).toContain('relation "orders" does not exist');
    expect(await drillDatabases()).toEqual([]);
  });

  describe("that are a drill's which is told to stop", () => {
    beforeEach(async () => {
      // A drill restores `held`, then `slow` at 20 ms a row.
      await server.sql(
        ground.database,
        "create table held (x int)",
        "create table slow (x int check (current_database() !~ '^drill' or pg_sleep(0.02) is not null))",
        "insert into slow select 1 from generate_series(1, 150)",
      );
    });
    const drilling = async () => {
      const env = {
        ...ground.variables(server.connection),
        GREENLIGHT_DUMP: await ground.taken(),
        GREENLIGHT_SCRATCH: scratch,
      };
      return ground.start(scripts.drill, env);
    };
    const seen = (what: string) =>
      eventually(what, async () => {
        const condition = `datname = '${scratch}' and ${what}`;
        return (await server.sql(server.connection, `select 1 from pg_stat_activity where ${condition}`))[0];
      });
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
      const unlock = await ground.lock({ ...ground.database, database: scratch });
      await seen("wait_event_type = 'Lock' and query like '%count(*)%'");
      await stopped(drill);
      await unlock();
    });
  });

  it("leave a database alone that has the name of a drill's, and name those that killed drills left", async () => {
    const name = await ground.taken();
    await server.sql(server.connection, "create database drill_shop_0a1b", "create database drill_shop_ffffffffffff");
    const { text, said } = await drill(name);
    expect(said).toMatchObject({ stage: "server", dropped: true });
    expect(text).toContain(`the database ${scratch} is there already`);
    expect(text).toContain("left by an earlier run that was killed: the database drill_shop_ffffffffffff");
    expect(await drillDatabases()).toHaveLength(2);
    await server.sql(server.connection, "drop database drill_shop_0a1b", "drop database drill_shop_ffffffffffff");
  });

  if (place === "claim") {
    it("leave no half dump where the file may not grow, and earlier ones as they were", async () => {
      await ground.taken("v1");
      const there = ground.files();
      await server.sql(
        ground.database,
        "create table big as select md5(n::text) as x from generate_series(1, 20000) n",
      );
      // As a volume that is full: no file of it may have more than 4 kB.
      const { exitCode, text, said } = await ground.dump("v2", "ulimit -f 8\ntrap '' XFSZ\n");
      expect(exitCode).not.toBe(0);
      expect(said).toBeUndefined();
      expect(text).toMatch(/could not write|File too large/);
      expect(ground.files()).toEqual(there);
    });
  }

  it("leave nothing of a dump that is told to stop, and take away what a killed one left of the same release", async () => {
    await server.sql(ground.database, "create table held (x int)");
    const locked = await ground.lock();
    const { child, ended, said } = ground.start(scripts.dump, { ...ground.variables(), GREENLIGHT_RELEASE: "v2" });
    await eventually("its beginning", async () => said().includes("dumping to") || undefined);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(143);
    await locked();
    expect(existsSync(join(ground.folder, "shop")) ? ground.files() : []).toEqual([]);
    const killed = [`v2-20260101T000000Z.${half}`, `v2-1-20260101T000000Z.${half}`];
    for (const it of killed) {
      if (place === "claim") mkdirSync(join(ground.folder, "shop", it));
      else await ground.put(it, "half");
    }
    const name = await ground.taken();
    expect(ground.files()).toEqual(expect.arrayContaining([killed[1], `${name}.dump`]));
    expect(ground.files()).not.toContain(killed[0]);
  });

  it.each([
    ["GREENLIGHT_STACK", "../other"],
    ["GREENLIGHT_STACK", "a b"],
    ["GREENLIGHT_RELEASE", "$(id)"],
    ["GREENLIGHT_RELEASE", ""],
    ["GREENLIGHT_RELEASE", "-rf"],
  ])("refuse %s %j before anything is done", async (name, value) => {
    const env = { ...ground.variables(), GREENLIGHT_RELEASE: "v2", [name]: value };
    const { exitCode, text } = await ground.start(scripts.dump, env).ended;
    expect(exitCode).not.toBe(0);
    expect(text).toContain(`${name} is no plain name`);
    expect(readdirSync(ground.folder)).toEqual([]);
  });

  it("ask no server that nobody named", async () => {
    const { PGHOST: _, ...some } = ground.variables();
    const { exitCode, text } = await ground.start(scripts.dump, { ...some, GREENLIGHT_RELEASE: "v2" }).ended;
    expect(exitCode).not.toBe(0);
    expect(text).toContain("PGHOST");
  });

  it("list what is there and remove by name alone", async () => {
    const [one, two] = [await ground.taken("v1"), await ground.taken("v2")];
    await ground.put("torn.dump", "half");
    await ground.put("of somebody.dump", "his");
    const { text } = await ground.start(scripts.list, {}).ended;
    expect(saidAfter(text, "greenlight-listed").map((line) => line.split(" ")[0])).toEqual(["torn", one, two]);
    expect(saidAfter(text, "greenlight-count")).toEqual(["3"]);
    const removed = await ground.start(scripts.removal, {}, { args: [one] }).ended;
    expect(saidAfter(removed.text, "greenlight-removed")).toEqual([one]);
    expect(ground.files().filter((it) => it.endsWith(".dump"))).toEqual([
      "of somebody.dump",
      "torn.dump",
      `${two}.dump`,
    ]);
    const refused = await ground.start(scripts.removal, {}, { args: ["../v2"] }).ended;
    expect(refused.exitCode).not.toBe(0);
    expect(ground.files()).toContain(`${two}.dump`);
  });

  it("list none where no dump was taken yet", async () => {
    expect((await ground.start(scripts.list, {}).ended).text).toBe("greenlight-count 0\n");
  });
});
