import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabaseHealth, databaseHealth } from "../../provider/database/health.ts";
import { lossSinceSnapshot } from "../../provider/database/restore.ts";
import { takeSnapshot } from "../../provider/database/snapshot.ts";
import { restoreSnapshot } from "../../provider/database/swap.ts";
import { everyWord, password, refusal, startServer, type TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await closeDatabaseHealth();
  await server?.stop();
});

async function shopWithSnapshot() {
  const connection = await server.database();
  await server.sql(
    connection,
    "create table orders (id serial primary key, t text)",
    "insert into orders (t) select 'o' || n from generate_series(1, 100) n",
    "create table notes (t text)",
  );
  const file = join(server.folder, `${connection.database.replace(" ", "-")}.dump`);
  return { connection, snapshot: await takeSnapshot({ connection, tools: server.tools, file }) };
}

describe("going back to a snapshot", () => {
  it("says first what would be lost, per table, and nothing where nothing would", async () => {
    const { connection, snapshot } = await shopWithSnapshot();
    expect(await lossSinceSnapshot({ snapshot, connection })).toMatchObject({ nothing: true, tables: [] });
    await server.sql(
      connection,
      "insert into orders (t) values ('new'), ('new')",
      "drop table notes",
      "create table fresh ()",
    );
    const loss = await lossSinceSnapshot({ snapshot, connection });
    expect(loss).toMatchObject({ nothing: false, since: snapshot.takenAt });
    expect(loss.tables).toEqual([
      { name: "public.fresh", rowsNow: 0 },
      { name: "public.notes", rowsThen: 0 },
      { name: "public.orders", rowsThen: 100, rowsNow: 102 },
    ]);
    expect(loss.sentence).toContain("public.orders: 102 rows instead of 100");
  });

  it("swaps the restored database in while others are connected, and keeps the old one, owners and settings", async () => {
    const { connection } = await shopWithSnapshot();
    const name = `"${connection.database}"`;
    await server.sql(
      connection,
      "create role seller",
      "alter table orders owner to seller; grant select on notes to seller",
      `revoke all on database ${name} from public; grant connect on database ${name} to seller`,
      `alter database ${name} set search_path = "$user", public, other`,
      `alter role seller in database ${name} set work_mem = '8MB'`,
      "select set_config('search_path', 'x;alter/**/role/**/seller/**/superuser', false)",
      `alter role seller in database ${name} set search_path from current`,
      `comment on database ${name} is 'it''s the shop'`,
    );
    const file = join(server.folder, "swap.dump");
    const snapshot = await takeSnapshot({ connection, tools: server.tools, file });
    await server.sql(connection, "insert into orders (t) values ('lost')");
    const busy = { on: true, errors: 0, answers: 0 };
    const clients = [1, 2, 3].map(async () => {
      while (busy.on) {
        const client = new pg.Client({ ...connection });
        client.on("error", () => undefined);
        try {
          await client.connect();
          for (let n = 0; n < 20 && busy.on; n++) {
            await client.query("select count(*) from orders");
            busy.answers++;
          }
        } catch {
          busy.errors++;
        } finally {
          await client.end().catch(() => undefined);
        }
      }
    });
    const held = new pg.Client({ ...connection });
    held.on("error", () => undefined);
    await held.connect();
    await held.query("begin; insert into orders (t) values ('open')");
    const elsewhere = new pg.Client({ ...server.connection });
    await elsewhere.connect();
    const result = await restoreSnapshot({ snapshot, connection, tools: server.tools });
    // Sessions of other databases on the server are none of our business.
    await elsewhere.query("select 1");
    await elsewhere.end();
    busy.on = false;
    await Promise.all(clients);
    await held.end().catch(() => undefined);

    expect(result.loss?.tables).toEqual([{ name: "public.orders", rowsThen: 100, rowsNow: 101 }]);
    const seller = "select rolsuper from pg_roles where rolname = 'seller'";
    expect(await server.sql(server.connection, seller)).toEqual([{ rolsuper: false }]);
    expect(result.terminated).toBeGreaterThan(0);
    expect(result.kept).toMatch(/_before_restore_\d{8}_\d{6}$/);
    expect(await server.sql(connection, "select count(*)::int as n from orders")).toEqual([{ n: 100 }]);
    const old = { ...connection, database: result.kept ?? "" };
    expect(await server.sql(old, "select count(*)::int as n from orders")).toEqual([{ n: 101 }]);
    expect(await server.sql(connection, "select tableowner from pg_tables where tablename = 'orders'")).toEqual([
      { tableowner: "seller" },
    ]);
    // Names in lists are quoted anew: x;y becomes "x;y", the same name to PostgreSQL and no statement.
    const facts = `select datacl::text as acl, shobj_description(d.oid, 'pg_database') as comment,
      (select array_agg(setrole::regrole || ': ' || replace(setting, '"', '') order by setrole, setting)
        from pg_db_role_setting, unnest(setconfig) as setting where setdatabase = d.oid) as settings
      from pg_database d where datname = `;
    const of = (database: string) => server.sql(server.connection, `${facts}'${database}'`);
    expect(await of(connection.database)).toEqual(await of(result.kept ?? ""));
    expect(await of(connection.database)).toMatchObject([{ comment: "it's the shop", settings: { length: 3 } }]);
  });

  it("leaves the database as it is when the snapshot does not restore, and no other database behind", async () => {
    const { connection, snapshot } = await shopWithSnapshot();
    const forged = { ...snapshot, tables: snapshot.tables.map((table) => ({ ...table, rows: table.rows + 1 })) };
    const before = await server.sql(server.connection, "select oid, datname from pg_database order by oid");
    const error = await refusal(restoreSnapshot({ snapshot: forged, connection, tools: server.tools }));
    expect(error.message).toMatch(/not what the snapshot recorded/);
    expect(everyWord(error)).not.toContain(password);
    expect(await server.sql(server.connection, "select oid, datname from pg_database order by oid")).toEqual(before);
    expect(await server.sql(connection, "select count(*)::int as n from orders")).toEqual([{ n: 100 }]);
  });

  it("brings back a database that was dropped", async () => {
    const { connection, snapshot } = await shopWithSnapshot();
    await server.sql(server.connection, `drop database "${connection.database}"`);
    const result = await restoreSnapshot({ snapshot, connection, tools: server.tools });
    expect(result.kept).toBeUndefined();
    expect(await server.sql(connection, "select count(*)::int as n from orders")).toEqual([{ n: 100 }]);
  });
});

describe("watching the database", () => {
  it("sees connections, waiting locks, the longest transaction and the size", async () => {
    const { connection } = await shopWithSnapshot();
    const [one, two] = [new pg.Client({ ...connection }), new pg.Client({ ...connection })];
    await Promise.all([one.connect(), two.connect()]);
    await one.query("begin; lock table orders in access exclusive mode");
    const waiting = two.query("select 1 from orders");
    let health = await databaseHealth(connection);
    while (health.reachable && health.locksWaiting === 0) {
      await wait(20);
      health = await databaseHealth(connection);
    }
    expect(health).toMatchObject({ reachable: true, locksWaiting: 1, deadlocks: 0, connections: { max: 60 } });
    if (health.reachable) {
      expect(health.connections.used).toBeGreaterThanOrEqual(3);
      expect(health.longestTransactionSeconds).toBeGreaterThan(0);
      expect(health.sizeBytes).toBeGreaterThan(1_000_000);
    }
    await one.query("rollback");
    await waiting;
    await Promise.all([one.end(), two.end()]);
    expect(await databaseHealth(connection)).toMatchObject({
      reachable: true,
      locksWaiting: 0,
      longestTransactionSeconds: 0,
    });
  });

  it("says that it cannot be reached, and why, without the password", async () => {
    const health = await databaseHealth({ ...server.connection, port: 26_498 });
    expect(health).toMatchObject({ reachable: false, reason: expect.stringMatching(/ECONNREFUSED/) });
    const wrong = await databaseHealth({ ...server.connection, password: "wrong-password" });
    expect(wrong).toMatchObject({ reachable: false });
    expect(JSON.stringify(wrong)).not.toContain("wrong-password");
  });
});
