import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DatabaseConnection } from "../../../provider/database/connection.ts";
import { shell } from "../../../provider/kubernetes/dump/shell.ts";
import { restoredLine } from "../../../provider/kubernetes/restore/restoredLine.ts";
import { restoreScript } from "../../../provider/kubernetes/restore/restoreScript.ts";
import { asDatabaseUser, copyOfMoment } from "../../database/copyOfMoment.ts";
import { startServer, type TestServer } from "../../database/server.ts";
import { descendantsOf, eventually } from "../../processes.ts";
import { startScript } from "./startScript.ts";

// The script itself, as a process with the variables that its Job gives it, on copies of a real server's files, taken of a moment while it goes on.

describe("the script that starts a database on a copy of its volume", () => {
  let server: TestServer;
  let database: DatabaseConnection;
  let claim: string;
  let data: string;
  let copies = 0;

  beforeAll(async () => {
    server = await startServer();
    database = await server.database();
    await server.sql(
      database,
      `create table orders (id int primary key, note text)`,
      "insert into orders select n, md5(n::text) from generate_series(1, 2000) n",
      `create schema "other's"`,
      `create table "other's"."a, ""table""" as select 1 as x`,
      "set synchronous_commit = on",
      "insert into orders values (2001, 'the last')",
    );
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    copies += 1;
    claim = join(server.folder, `claim-${copies}`);
    data = join(claim, "pgdata");
    await copyOfMoment(server, data);
  });
  afterEach(() => rmSync(claim, { recursive: true, force: true }));

  const start = (more: Record<string, string> = {}) =>
    startScript([...asDatabaseUser, ...shell(restoreScript)], {
      PATH: `${server.tools.bin}:${process.env.PATH}`,
      GREENLIGHT_FOLDER: claim,
      GREENLIGHT_DATA: "",
      GREENLIGHT_ROLE: "greenlight",
      GREENLIGHT_PRELOAD: "",
      ...more,
    });
  const restore = async (more?: Record<string, string>) => {
    const ran = await start(more).ended;
    return { ...ran, said: restoredLine(ran.text) };
  };

  it("has it come up by its own log, and reads every database of it", async () => {
    const { exitCode, text, said } = await restore();
    expect(exitCode, text).toBe(0);
    expect(text).toContain("was not properly shut down; automatic recovery in progress");
    expect(said).toMatchObject({ stage: "done", databases: 2, tables: 2, rows: 2_002, checksums: false });
    expect(said?.server).toMatch(/^\d+(\.\d+)?/);
    expect(existsSync(join(data, "postmaster.pid"))).toBe(false);
  });

  it("leaves who keeps the copy a database that was shut down in order", async () => {
    await restore();
    const { text, said } = await restore({ GREENLIGHT_DATA: "pgdata" });
    expect(text).toContain("database system was shut down at");
    expect(said?.stage).toBe("done");
  });

  it("comes up by itself where the volume is a standby's", async () => {
    writeFileSync(join(data, "standby.signal"), "");
    const archived = join(data, "archived");
    const set = {
      primary_conninfo: "host=127.0.0.1 port=1",
      archive_mode: "on",
      archive_command: `touch ${archived}`,
      shared_preload_libraries: "nowhere",
    };
    const lines = Object.entries(set).map(([name, value]) => `${name} = '${value}'\n`);
    writeFileSync(join(data, "postgresql.auto.conf"), lines.join(""));
    const { exitCode, text } = await restore();
    expect(exitCode, text).toBe(0);
    expect(existsSync(archived)).toBe(false);
  });

  it("compares pages with their checksums where the server has them", async () => {
    await restore();
    const [program = "", ...args] = [...asDatabaseUser, join(server.tools.bin, "pg_checksums"), "--enable", "-D", data];
    await execa(program, args);
    expect((await restore()).said).toMatchObject({ stage: "done", checksums: true });
    const [{ path = "" } = {}] = await server.sql(database, "select pg_relation_filepath('orders') as path");
    const file = join(data, String(path));
    const page = readFileSync(file);
    page.writeUInt8(page.readUInt8(8_000) ^ 1, 8_000);
    writeFileSync(file, page);
    const { text, said } = await restore();
    expect(said?.stage).toBe("read");
    expect(text).toContain("invalid page in block 0");
  });

  it.each([
    ["holds nothing", () => rmSync(data, { recursive: true }), "no data of PostgreSQL is on the claim"],
    [
      "holds data of two servers",
      () => {
        mkdirSync(join(claim, "other", "global"), { recursive: true });
        writeFileSync(join(claim, "other", "global", "pg_control"), "");
      },
      "data of several servers is on the claim",
    ],
    [
      "has its log on another volume",
      () => {
        renameSync(join(data, "pg_wal"), join(server.folder, `wal-${copies}`));
        symlinkSync(join(server.folder, `wal-${copies}`), join(data, "pg_wal"));
      },
      "pg_wal is on another volume",
    ],
    [
      "has a tablespace on another volume",
      () => symlinkSync("/nowhere", join(data, "pg_tblspc", "16400")),
      "is on another volume",
    ],
  ])("says so where the copy %s", async (_, spoil, says) => {
    spoil();
    const { exitCode, text, said } = await restore();
    expect(exitCode).toBe(1);
    expect(said).toMatchObject({ stage: "find", databases: 0 });
    expect(text).toContain(says);
  });

  it("looks for the data where it is told, and nowhere else", async () => {
    const { said, text } = await restore({ GREENLIGHT_DATA: "elsewhere" });
    expect(said?.stage).toBe("find");
    expect(text).toContain("elsewhere holds no data of PostgreSQL");
  });

  it("is no verdict of the snapshot where image or role do not fit it", async () => {
    const version = join(data, "PG_VERSION");
    const major = readFileSync(version, "utf8").trim();
    writeFileSync(version, "9\n");
    const other = await restore();
    expect(other.said?.stage).toBe("settings");
    expect(other.text).toContain(`the data is of PostgreSQL 9, and the image has ${major}`);
    writeFileSync(version, `${major}\n`);
    expect((await restore({ GREENLIGHT_ROLE: "nobody_knows" })).said?.stage).toBe("settings");
  });

  it("says the server's own words where it does not come up", async () => {
    truncateSync(join(data, "global", "pg_control"), 100);
    const { exitCode, text, said } = await restore();
    expect(exitCode).toBe(1);
    expect(said?.stage).toBe("start");
    expect(text).toMatch(/FATAL|PANIC/);
  });

  it("fails where it comes up and a table cannot be read", async () => {
    const [{ path = "" } = {}] = await server.sql(
      database,
      "checkpoint",
      "select pg_relation_filepath('orders') as path",
    );
    rmSync(claim, { recursive: true });
    await copyOfMoment(server, data);
    rmSync(join(data, String(path)));
    const { exitCode, text, said } = await restore();
    expect(exitCode).toBe(1);
    expect(said?.stage).toBe("read");
    expect(text).toContain(`could not open file "${path}"`);
  });

  it("ends a server that has only just begun, and does not hear it at once", async () => {
    for (let tries = 0; tries < 5; tries++) {
      const { child, ended, said } = start();
      child.stdout.on("data", () => {
        if (said().includes("starting PostgreSQL")) child.kill("SIGTERM");
      });
      expect((await ended).exitCode).toBe(143);
      expect(restoredLine(said())?.stage).toBe("ended");
    }
  });

  it("ends the server when it is told to stop, and says that it was", async () => {
    const { child, ended, said } = start();
    const pid = child.pid ?? 0;
    await eventually("PostgreSQL to start", async () =>
      // Each shell of the script has its whole text among its words.
      (await descendantsOf(pid)).some(({ command }) => /^\S*postgres -D/.test(command)) ? true : undefined,
    );
    const all = await descendantsOf(pid);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(143);
    expect(restoredLine(said())?.stage).toBe("ended");
    const left = await descendantsOf(pid);
    expect(left).toEqual([]);
    expect(all.length).toBeGreaterThan(0);
  });
});
