import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DatabaseConnection } from "../../../provider/database/connection.ts";
import { connect } from "../../../provider/database/session.ts";
import { lossLine, replacedLine, saidAfter } from "../../../provider/kubernetes/dump/dumpLine.ts";
import type { TestServer } from "../../database/server.ts";
import { eventually } from "../../processes.ts";
import { DumpGround } from "./dumpGround.ts";

// The scripts by which a rollback goes back to a dump, on a real PostgreSQL: what would be lost, and the dump in the place of the database.

const scratch = "restore_shop_0a1b";

describe.each(["claim", "store"] as const)("a dump in a %s in the place of the database", (place) => {
  let ground: DumpGround;
  let server: TestServer;
  let database: DatabaseConnection;
  let dump: string;

  beforeAll(async () => {
    ground = await DumpGround.open(place);
    ({ server } = ground);
  });
  afterAll(() => ground.close());
  beforeEach(async () => {
    const end = await ground.begin();
    ({ database } = ground);
    dump = await ground.taken();
    // What the release wrote since.
    await server.sql(database, "delete from orders where id > 10", "create table later (x int)");
    return end;
  });

  const begin = (over: Readonly<Record<string, string>> = {}) => {
    const env = { ...ground.variables(), GREENLIGHT_DUMP: dump, GREENLIGHT_SCRATCH: scratch, ...over };
    return ground.start(ground.scripts.replace, env);
  };
  const replace = async (over: Readonly<Record<string, string>> = {}) => {
    const ran = await begin(over).ended;
    return { ...ran, said: replacedLine(ran.text) };
  };
  const ordersIn = async (it: DatabaseConnection) =>
    (await server.sql(it, "select count(*)::int as orders from orders"))[0]?.orders;
  const oid = async () =>
    (await server.sql(database, "select oid::int as is from pg_database where datname = current_database()"))[0]?.is;
  const left = async () =>
    (await server.sql(server.connection, `select datname from pg_database where datname like 'restore_%'`)).length;

  it("is asked for first what would be lost, and changes nothing for that", async () => {
    const env = { ...ground.variables(), GREENLIGHT_DUMP: dump };
    const { exitCode, text } = await ground.start(ground.scripts.loss, env).ended;
    expect(exitCode, text).toBe(0);
    expect(lossLine(text)).toEqual({ tables: 3, same: false });
    expect(saidAfter(text, "greenlight-difference")).toEqual([
      'now ["public.later", 0]',
      'recorded ["public.orders", 500]',
      'now ["public.orders", 10]',
    ]);
    await server.sql(database, "drop table later", "insert into orders select n, n from generate_series(11, 500) n");
    const { text: none } = await ground.start(ground.scripts.loss, env).ended;
    expect(lossLine(none)).toEqual({ tables: 2, same: true });
  });

  it("has its rows and its name afterwards, and the database before is kept beside", async () => {
    const before = await oid();
    const { exitCode, text, said } = await replace();
    expect(exitCode, text).toBe(0);
    expect(said).toMatchObject({ stage: "done", tables: 2, rows: 502, dropped: true });
    expect(said?.kept).toMatch(new RegExp(`^${database.database}_before_restore_\\d{8}_\\d{6}$`));
    expect(await oid()).not.toBe(before);
    expect(await ordersIn(database)).toBe(500);
    expect(await ordersIn({ ...database, database: said?.kept ?? "" })).toBe(10);
    expect(await left()).toBe(0);
    expect(text).not.toContain(database.password);
  });

  it("is given what no dump carries: owner, privileges, settings, comment and connection limit", async () => {
    const name = `"${database.database}"`;
    const role = `owner_${database.database.slice(-8)}`;
    await server.sql(
      database,
      `create role ${role}`,
      `alter database ${name} owner to ${role}`,
      `revoke all on database ${name} from public`,
      `grant connect on database ${name} to ${role} with grant option`,
      `alter database ${name} set search_path = "other's", public`,
      `alter database ${name} set statement_timeout = '77s'`,
      `alter role ${role} in database ${name} set work_mem = '7MB'`,
      `alter database ${name} connection limit 77`,
      `comment on database ${name} is 'the shop''s'`,
    );
    const facts = `select pg_get_userbyid(datdba) as owner, datacl::text as privileges, datconnlimit as "limit",
      shobj_description(oid, 'pg_database') as comment,
      (select json_agg(json_build_array(setrole, setconfig) order by setrole)::text from pg_db_role_setting where setdatabase = oid) as settings
      from pg_database where datname = current_database()`;
    const before = await server.sql(database, facts);
    const { exitCode, text } = await replace();
    expect(exitCode, text).toBe(0);
    expect(await server.sql(database, facts)).toEqual(before);
  });

  it("takes nothing that a role set for itself for a statement", async () => {
    const name = `"${database.database}"`;
    const role = `reader_${database.database.slice(-8)}`;
    const value = `x;alter/**/role/**/${role}/**/superuser`;
    await server.sql(
      database,
      `create role ${role}`,
      `select set_config('search_path', '${value}', false)`,
      `alter role ${role} in database ${name} set search_path from current`,
    );
    const { exitCode, text } = await replace();
    expect(exitCode, text).toBe(0);
    expect(await server.sql(database, `select rolsuper from pg_roles where rolname = '${role}'`)).toEqual([
      { rolsuper: false },
    ]);
    const settings = `select setconfig::text as set from pg_db_role_setting where setrole = '${role}'::regrole`;
    expect(await server.sql({ ...database, database: "postgres" }, settings)).toContainEqual({
      set: `{"search_path=\\"${value}\\""}`,
    });
  });

  it("has statistics when users come", async () => {
    const { exitCode, text } = await replace();
    expect(exitCode, text).toBe(0);
    expect(await server.sql(database, "select reltuples::int as rows from pg_class where relname = 'orders'")).toEqual([
      { rows: 500 },
    ]);
  });

  it("takes its place while others are in, who are ended, and while they come again", async () => {
    const busy = await connect(database, { timeoutMs: 10_000 });
    busy.on("error", () => undefined);
    await busy.query("begin");
    await busy.query("insert into orders values (1000, 1)");
    let stop = false;
    const coming = (async () => {
      while (!stop) await server.sql(database, "select 1").catch(() => undefined);
    })();
    const { exitCode, text, said } = await replace();
    stop = true;
    await coming;
    expect(exitCode, text).toBe(0);
    expect(said?.stage).toBe("done");
    await expect(busy.query("commit")).rejects.toThrow();
    await busy.end().catch(() => undefined);
    expect(await ordersIn(database)).toBe(500);
  });

  it("does not take it where its rows are not those that were counted, and is dropped again", async () => {
    const at = (kind: string) => join(ground.folder, "shop", `${dump}.${kind}`);
    writeFileSync(at("ndjson"), readFileSync(at("ndjson"), "utf8").replace("500]", "501]"));
    const sums = await ground.start(`cd ${join(ground.folder, "shop")} && sha256sum ${dump}.dump ${dump}.ndjson`, {})
      .ended;
    writeFileSync(at("sha256"), sums.text);
    const before = await oid();
    const { exitCode, said, text } = await replace();
    expect(exitCode).not.toBe(0);
    expect(said).toMatchObject({ stage: "compare", kept: null, dropped: true });
    expect(saidAfter(text, "greenlight-difference")).toContain('restored ["public.orders", 500]');
    expect([await oid(), await ordersIn(database), await left()]).toEqual([before, 10, 0]);
  });

  it("does not take it from a database whose sessions may not be ended, and says so", async () => {
    const role = `weak_${database.database.slice(-8)}`;
    await server.sql(
      server.connection,
      `create role ${role} login createdb password 'weak'`,
      `alter database "${database.database}" owner to ${role}`,
    );
    await server.sql(
      database,
      `alter schema public owner to ${role}`,
      'drop schema "other\'s" cascade',
      "drop table orders",
    );
    await server.sql(database, "drop table later", "create table mine (x int)", `alter table mine owner to ${role}`);
    dump = await ground.taken("v3");
    const holding = await connect(database, { timeoutMs: 10_000 });
    holding.on("error", () => undefined);
    const before = await oid();
    const { exitCode, text, said } = await replace({ PGUSER: role, PGPASSWORD: "weak" });
    await holding.end();
    expect(exitCode).not.toBe(0);
    expect(said, text).toMatchObject({ stage: "swap", kept: null, dropped: true });
    expect(text).toContain("is being accessed by other users");
    expect([await oid(), await left()]).toEqual([before, 0]);
  });

  it("is dropped again when it is told to stop while it is restored", async () => {
    await server.sql(
      database,
      "create table slow (x int check (current_database() !~ '^restore' or pg_sleep(0.02) is not null))",
      "insert into slow select 1 from generate_series(1, 150)",
    );
    dump = await ground.taken("v4");
    const before = await oid();
    const { child, ended } = begin();
    await eventually("the restore", async () => {
      const asleep = `select 1 from pg_stat_activity where datname = '${scratch}' and wait_event = 'PgSleep'`;
      return (await server.sql(server.connection, asleep))[0];
    });
    child.kill("SIGTERM");
    const { exitCode, text } = await ended;
    expect(exitCode, text).toBe(143);
    expect(replacedLine(text)).toMatchObject({ stage: "ended", kept: null, dropped: true });
    expect([await oid(), await left()]).toEqual([before, 0]);
  });

  it("leaves a database alone that has the name of the one beside", async () => {
    await server.sql(server.connection, `create database ${scratch}`);
    const { said, text } = await replace();
    expect(said).toMatchObject({ stage: "server", kept: null });
    expect(text).toContain(`the database ${scratch} is there already`);
    expect(await left()).toBe(1);
    await server.sql(server.connection, `drop database ${scratch}`);
  });

  it.each([
    ["GREENLIGHT_SCRATCH", "shop"],
    ["GREENLIGHT_SCRATCH", 'restore_"; drop'],
    ["GREENLIGHT_DUMP", "../v2"],
    ["PGDATABASE", "nowhere"],
  ])("is refused with %s %j", async (name, value) => {
    const before = await oid();
    const { exitCode } = await replace({ [name]: value });
    expect(exitCode).not.toBe(0);
    expect([await oid(), await left()]).toEqual([before, 0]);
  });
});
