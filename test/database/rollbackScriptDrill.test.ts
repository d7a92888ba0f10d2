import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { DatabaseConnection } from "../../provider/database/connection.ts";
import { withPrivateServer } from "../../provider/database/drill/privateServer.ts";
import { playRollbackScript } from "../../provider/database/drill/rollbackScriptDrill.ts";
import { readRollbackScriptDrill } from "../../release/evidence/drill/rollbackScript.ts";
import { patient } from "../patience.ts";
import { refusal, startServer, type TestServer } from "./server.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

const init = {
  path: "001_init.sql",
  text: "CREATE TABLE users (id integer PRIMARY KEY, name text, city text); INSERT INTO users VALUES (1, 'Ada', 'Ulm'), (2, 'Bo', 'Rom');",
};
const up = `ALTER TABLE users ADD COLUMN age integer; CREATE INDEX users_age_idx ON users (age);
  UPDATE users SET age = id * 10; CREATE TABLE notes (id serial, text text);`;
const down = "DROP TABLE notes; ALTER TABLE users DROP COLUMN age;";

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), "greenlight-drills-"));
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Given {
  readonly up?: string;
  readonly down?: string;
  readonly signal?: AbortSignal;
  /** A database of its own, in which the drill is played itself. */
  readonly thrownAway?: DatabaseConnection;
}

async function played(given: Given) {
  const directory = await mkdtemp(join(folder, "release-"));
  const file = join(directory, "back", "v2.sql");
  const files = { [init.path]: init.text, "002_more.sql": given.up ?? up, "back/v2.sql": given.down ?? down };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const where = { connection: given.thrownAway ?? server.connection, thrownAway: given.thrownAway !== undefined };
  const patience = given.signal === undefined ? {} : { signal: given.signal };
  return playRollbackScript({ ...where, tool: "sql", before: [init], directory, file, ...patience });
}

const scratch = () =>
  server.sql(server.connection, "select datname from pg_database where datname like 'greenlight_scratch%'");

describe("a drill of a rollback script", () => {
  it("that takes back what the release did passes in all four steps, and its record is read as evidence", async () => {
    const drill = await played({});
    expect(drill).toMatchObject({ passed: true, differences: [], undone: ["002_more.sql"] });
    expect(drill.steps.map(({ name, ok }) => [name, ok])).toEqual([
      ["begin", true],
      ["up", true],
      ["down", true],
      ["up again", true],
    ]);
    expect(drill.steps[0]?.saw).toMatch(/1 tables with 2 rows/);
    const record = {
      kind: "rollback-script-drill",
      version: "v2",
      commit: "a".repeat(40),
      at: new Date().toISOString(),
      from: "v1",
      digests: { migrations: "b".repeat(64), script: "c".repeat(64) },
      ...drill,
    };
    expect(readRollbackScriptDrill(Buffer.from(JSON.stringify(record)))).toMatchObject({ passed: true, undone: 1 });
    const forged = { ...record, steps: [{ name: "down", ok: false, ms: 1, saw: "" }] };
    expect(readRollbackScriptDrill(Buffer.from(JSON.stringify(forged))).passed).toBe(false);
  });

  it("is played in a database that is thrown away itself, but not where there is anything in it", async () => {
    const thrownAway = await server.database();
    expect(await played({ thrownAway })).toMatchObject({ passed: true, undone: ["002_more.sql"] });
    const tables = "select relname from pg_class where relname in ('users', 'notes') order by 1";
    expect(await server.sql(thrownAway, tables)).toEqual([{ relname: "notes" }, { relname: "users" }]);
    expect((await refusal(played({ thrownAway }))).message).toMatch(
      /is not empty: it has 2 tables.*Nothing was played/s,
    );
  });

  it("that forgets an index does not pass, and names it", async () => {
    const drill = await played({
      up: "CREATE INDEX users_city_idx ON users (city); ALTER TABLE users ADD COLUMN age integer",
      down: "ALTER TABLE users DROP COLUMN age",
    });
    expect(drill.passed).toBe(false);
    expect(drill.differences.join()).toMatch(/left behind: index .*users_city_idx/);
  });

  it("that loses values does not pass, though the schema is as before", async () => {
    const drill = await played({
      up: "ALTER TABLE users DROP COLUMN city",
      down: "ALTER TABLE users ADD COLUMN city text",
    });
    expect(drill.differences).toEqual(["rows of public.users have other values than before"]);
    expect(drill.steps.map(({ name, ok }) => [name, ok])).toContainEqual(["down", false]);
  });

  it("that loses rows does not pass", async () => {
    const drill = await played({ down: `${down} DELETE FROM users WHERE id = 2;` });
    expect(drill.differences).toContain("public.users has 1 rows where it had 2");
  });

  it("that puts a column back in another place passes when its values are back", async () => {
    const drill = await played({
      up: "CREATE TABLE kept AS SELECT id, name FROM users; ALTER TABLE users DROP COLUMN name",
      down: "ALTER TABLE users ADD COLUMN name text; UPDATE users u SET name = k.name FROM kept k WHERE k.id = u.id; DROP TABLE kept",
    });
    expect(drill.differences).toEqual([]);
    expect(drill.passed).toBe(true);
  });

  it("that fails stops there, and says why", async () => {
    const drill = await played({ down: "DROP TABLE nothing_of_that_name" });
    expect(drill.passed).toBe(false);
    expect(drill.steps.map(({ name }) => name)).toEqual(["begin", "up", "down"]);
    expect(drill.differences[0]).toMatch(/the rollback script: .*nothing_of_that_name/);
  });

  it("whose migrations cannot be applied twice does not pass", async () => {
    const drill = await played({
      up: "CREATE TABLE a (id int); CREATE TYPE mood AS ENUM ('ok')",
      down: "DROP TABLE a",
    });
    expect(drill.differences.join()).toMatch(/left behind: type .*mood/);
    expect(drill.steps.at(-1)).toMatchObject({ name: "up again", ok: false });
  });

  it("leaves no database behind, not even when it is interrupted", async () => {
    const stop = new AbortController();
    const drill = played({ up: `${up} SELECT pg_sleep(30)`, signal: stop.signal });
    const ended = refusal(drill);
    await vi.waitFor(async () => expect(await scratch()).toHaveLength(1), patient);
    stop.abort();
    await ended;
    expect(await scratch()).toEqual([]);
  });
});

describe("a private server", () => {
  it("is there for the work alone: no port, no folder and no process are left", async () => {
    let place = "";
    const version = await withPrivateServer(server.tools, {}, async (connection) => {
      place = connection.host;
      const [row] = await server.sql(connection, "select current_setting('listen_addresses') as listen, version()");
      expect(row?.listen).toBe("");
      return row?.version;
    });
    expect(version).toMatch(/PostgreSQL/);
    expect(existsSync(place)).toBe(false);
  });

  it("is gone after a failure too", async () => {
    let place = "";
    const error = await refusal(
      withPrivateServer(server.tools, {}, (connection) => {
        place = connection.host;
        return Promise.reject(new Error("the work failed"));
      }),
    );
    expect(error.message).toContain("the work failed");
    expect(existsSync(place)).toBe(false);
  });

  it("that cannot be started says so", async () => {
    const error = await refusal(withPrivateServer({ bin: folder }, {}, () => Promise.resolve()));
    expect(error.message).toMatch(/private database for the drill could not be started/);
  });
});
