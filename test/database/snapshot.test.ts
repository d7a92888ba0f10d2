import { chmod, mkdir, mkdtemp, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatabaseConnection } from "../../provider/database/connection.ts";
import { restoreDrill } from "../../provider/database/restore.ts";
import { newScratchName, removeScratchDatabases } from "../../provider/database/scratch.ts";
import { takeSnapshot, verifySnapshot } from "../../provider/database/snapshot.ts";
import { everyWord, password, refusal, startServer, type TestServer } from "./server.ts";

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(server.folder, "snapshots-"));
});
afterAll(() => server?.stop());

async function shop(): Promise<DatabaseConnection> {
  const connection = await server.database();
  await server.sql(
    connection,
    `create table "Orders" (id serial primary key, t text, at timestamptz default now(), price numeric, blob bytea)`,
    `create table empty_one (id int)`,
    `create schema "odd schema"; create table "odd schema"."a b" (t text)`,
    `insert into "Orders" (t, price, blob) select 'größe ' || n, n * 1.5, decode(md5(n::text), 'hex') from generate_series(1, 5000) n`,
    `insert into "odd schema"."a b" values ('x'), ('x'), (null)`,
    `alter database "${connection.database}" set datestyle = 'German'`,
  );
  return connection;
}

const scratchLeft = () =>
  server.sql(server.connection, `select datname from pg_database where datname like 'greenlight\\_scratch%'`);

describe("a snapshot", () => {
  it("holds one moment while others write, restores with equal counts and checksums, and leaves no scratch database", async () => {
    const connection = await shop();
    const writing = { on: true, rows: 0 };
    const writers = [1, 2].map(async (writer) => {
      const client = new pg.Client({ ...connection });
      await client.connect();
      while (writing.on) {
        await client.query(`insert into "Orders" (t) select 'late' from generate_series(1, 20)`);
        await client.query(`update "Orders" set price = coalesce(price, 0) + 1 where id % 97 = ${writer}`);
        writing.rows += 20;
      }
      await client.end();
    });
    const snapshot = await takeSnapshot({ connection, tools: server.tools, file: join(folder, "busy.dump") });
    writing.on = false;
    await Promise.all(writers);
    expect(writing.rows).toBeGreaterThan(0);
    expect(snapshot.tables.map(({ name }) => name)).toEqual([
      '"odd schema"."a b"',
      'public."Orders"',
      "public.empty_one",
    ]);
    expect(snapshot.serverVersion).toMatch(new RegExp(`^${server.major}`));
    const { mode, size } = await stat(snapshot.file);
    expect(mode & 0o777).toBe(0o600);
    expect(size).toBe(snapshot.bytes);
    await verifySnapshot(snapshot.file, snapshot.sha256);

    const drill = await restoreDrill({ snapshot, connection, tools: server.tools });
    expect(drill.differences).toEqual([]);
    expect(drill).toMatchObject({ ok: true, compared: "checksums", tables: 3, schemaEqual: true });
    expect(await scratchLeft()).toEqual([]);
  });

  it("of an empty database says so and restores", async () => {
    const connection = await server.database();
    const snapshot = await takeSnapshot({ connection, tools: server.tools, file: join(folder, "empty.dump") });
    expect(snapshot.tables).toEqual([]);
    expect(await restoreDrill({ snapshot, connection, tools: server.tools })).toMatchObject({
      ok: true,
      tables: 0,
      rows: 0,
    });
  });

  it("is told apart from what was recorded: a drill names the table whose content differs", async () => {
    const connection = await shop();
    const snapshot = await takeSnapshot({ connection, tools: server.tools, file: join(folder, "told.dump") });
    const forged = {
      ...snapshot,
      tables: snapshot.tables.map((table) => (table.name === 'public."Orders"' ? { ...table, checksum: "1" } : table)),
    };
    const drill = await restoreDrill({ snapshot: forged, connection, tools: server.tools });
    expect(drill.ok).toBe(false);
    expect(drill.differences.map(({ name }) => name)).toEqual(['public."Orders"']);
  });

  it("that is damaged or cut is noticed by its digest, and by pg_restore even with a digest that fits", async () => {
    const connection = await shop();
    const snapshot = await takeSnapshot({ connection, tools: server.tools, file: join(folder, "damaged.dump") });
    const whole = await readFile(snapshot.file);
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(flipped.length >> 1) ^ 0xff, flipped.length >> 1);
    await writeFile(snapshot.file, flipped);
    expect((await refusal(restoreDrill({ snapshot, connection, tools: server.tools }))).message).toMatch(
      /not the one that was taken/,
    );
    await writeFile(snapshot.file, whole);
    await truncate(snapshot.file, Math.floor(whole.length / 2));
    const { createHash } = await import("node:crypto");
    const sha256 = createHash("sha256")
      .update(await readFile(snapshot.file))
      .digest("hex");
    const error = await refusal(restoreDrill({ snapshot: { ...snapshot, sha256 }, connection, tools: server.tools }));
    expect(error.message).toMatch(/could not be restored/);
    expect(everyWord(error)).not.toContain(password);
    expect(await scratchLeft()).toEqual([]);
  });

  it("is never overwritten unless asked, and then whole or not at all", async () => {
    const connection = await server.database();
    const file = join(folder, "kept.dump");
    const first = await takeSnapshot({ connection, tools: server.tools, file });
    expect((await refusal(takeSnapshot({ connection, tools: server.tools, file }))).message).toMatch(/already/);
    const gone = { ...connection, database: "no such" };
    expect(
      (await refusal(takeSnapshot({ connection: gone, tools: server.tools, file, ifExists: "replace" }))).message,
    ).toMatch(/does not exist/);
    await verifySnapshot(file, first.sha256);
    await takeSnapshot({ connection, tools: server.tools, file, ifExists: "replace" });
  });

  it("that does not fit leaves nothing behind and says so", async () => {
    const connection = await server.database();
    await server.sql(
      connection,
      "create table big as select md5(n::text) || md5((n + 1)::text) as t from generate_series(1, 30000) n",
    );
    // A limit on the size of files, put on the real pg_dump, ends like a full disk.
    const limited = join(folder, "limited-bin");
    await mkdir(limited);
    for (const tool of ["pg_dump", "pg_restore"]) {
      const script = `#!/bin/bash\n${tool === "pg_dump" ? "trap '' XFSZ\nulimit -f 100\n" : ""}exec ${join(server.tools.bin, tool)} "$@"\n`;
      await writeFile(join(limited, tool), script, { mode: 0o755 });
    }
    const target = await mkdtemp(join(server.folder, "full-"));
    const error = await refusal(takeSnapshot({ connection, tools: { bin: limited }, file: join(target, "a.dump") }));
    expect(error.message).toMatch(/did not fit on the disk/);
    expect(error.message).toMatch(/No file was left behind/);
    expect(await readdir(target)).toEqual([]);
  });

  it("into a folder that cannot be written to or is none is refused before anything else", async () => {
    const connection = await server.database();
    const notFolder = join(folder, "plain-file");
    await writeFile(notFolder, "");
    const first = await refusal(takeSnapshot({ connection, tools: server.tools, file: join(notFolder, "a.dump") }));
    expect(first.message).toMatch(/cannot be written/);
    const closed = await mkdtemp(join(server.folder, "closed-"));
    await chmod(closed, 0o500);
    // Permissions do not stop root; there /proc does.
    const place = process.getuid?.() === 0 ? "/proc/self" : closed;
    expect(
      (await refusal(takeSnapshot({ connection, tools: server.tools, file: join(place, "a.dump") }))).message,
    ).toMatch(/cannot be written/);
  });

  it("of a database newer than pg_dump is refused by naming the version needed", async () => {
    const connection = await server.database();
    const old = join(folder, "pg_dump-that-claims-to-be-9");
    await mkdir(old);
    await writeFile(join(old, "pg_dump"), "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n", { mode: 0o755 });
    const error = await refusal(takeSnapshot({ connection, tools: { bin: old }, file: join(folder, "newer.dump") }));
    expect(error.message).toMatch(/newer than pg_dump 9\.6\.24/);
    expect(error.message).toContain(`postgresql-client-${server.major}`);
  });

  it("with tools that are not there is refused by saying which", async () => {
    const connection = await server.database();
    const error = await refusal(
      takeSnapshot({ connection, tools: { bin: "/nowhere" }, file: join(folder, "no-tools.dump") }),
    );
    expect(error.message).toMatch(/pg_dump is not in \/nowhere/);
  });

  it("that is interrupted leaves nothing behind, on disk or on the server", async () => {
    const connection = await shop();
    const target = await mkdtemp(join(server.folder, "interrupted-"));
    const blocker = new pg.Client({ ...connection });
    await blocker.connect();
    await blocker.query(`begin; lock table "Orders" in access exclusive mode`);
    const stop = new AbortController();
    const taking = refusal(
      takeSnapshot({
        connection,
        tools: server.tools,
        file: join(target, "a.dump"),
        signal: stop.signal,
        onProgress: () => stop.abort(),
      }),
    );
    expect((await taking).message).toMatch(/Interrupted/);
    expect(await readdir(target)).toEqual([]);
    await blocker.end();
  });

  it("clears away what a killed run left of it, but not what a living one writes", async () => {
    const connection = await server.database();
    const target = await mkdtemp(join(server.folder, "left-"));
    const gone = execa("true");
    const gonePid = gone.pid ?? 0;
    await gone;
    await writeFile(join(target, `a.dump.${gonePid}.partial`), "half");
    await writeFile(join(target, `a.dump.${process.ppid}.partial`), "growing");
    await takeSnapshot({ connection, tools: server.tools, file: join(target, "a.dump") });
    const left = await readdir(target);
    expect(left).toContain("a.dump");
    expect(left).toContain(`a.dump.${process.ppid}.partial`);
    expect(left).not.toContain(`a.dump.${gonePid}.partial`);
  });
});

describe("scratch databases", () => {
  it("of a process that is gone are dropped; those of a living one stay, and so does everything else", async () => {
    const gone = execa("true");
    const pid = gone.pid ?? 0;
    await gone;
    const orphan = newScratchName().replace(`_${process.pid}_`, `_${pid}_`);
    const old = newScratchName(Date.now() - 2 * 3_600_000);
    const mine = newScratchName();
    const foreign = "greenlight_scratch_by_hand";
    for (const name of [orphan, old, mine, foreign]) await server.sql(server.connection, `create database ${name}`);
    const removed = await removeScratchDatabases({ connection: server.connection });
    expect(removed.sort()).toEqual([orphan, old].sort());
    expect((await scratchLeft()).map(({ datname }) => datname).sort()).toEqual([foreign, mine].sort());
  });
});
