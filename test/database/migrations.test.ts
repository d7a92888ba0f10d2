import { chmod, mkdir, mkdtemp, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DatabaseConnection, databaseUrl } from "../../provider/database/connection.ts";
import {
  type FolderMigration,
  type MigrateOptions,
  migrate,
  pendingMigrations,
} from "../../provider/database/migrations/apply.ts";
import { readMigrations } from "../../provider/database/migrations/history.ts";
import { everyWord, password, refusal, startServer, type TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

type Layout = "prisma" | "sql";
const fileOf = (layout: Layout, name: string): string =>
  layout === "prisma" ? join(name, "migration.sql") : `${name}.sql`;
const nameOf = (layout: Layout, name: string): string => (layout === "prisma" ? name : `${name}.sql`);

async function project(
  layout: Layout,
  scripts: Record<string, string>,
): Promise<{ directory: string; write: (name: string, sql: string) => Promise<void> }> {
  const directory = await mkdtemp(join(server.folder, "migrations-"));
  const write = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(directory, fileOf(layout, name), ".."), { recursive: true });
    await writeFile(join(directory, fileOf(layout, name)), sql);
  };
  for (const [name, sql] of Object.entries(scripts)) await write(name, sql);
  return { directory, write };
}

const init = `create table users (id serial primary key, name text);\ninsert into users (name) values ('größe'), ('b;c');`;

describe.each<Layout>(["prisma", "sql"])("migrations kept as %s", (tool) => {
  const start = async (
    scripts: Record<string, string>,
  ): Promise<FolderMigration & { write: (name: string, sql: string) => Promise<void> }> => {
    const { directory, write } = await project(tool, scripts);
    return { tool, directory, connection: await server.database(), write };
  };
  const history = (connection: DatabaseConnection) => readMigrations({ connection, layout: tool });
  const names = (...given: string[]) => given.map((name) => nameOf(tool, name));

  /** Migrates in another process. */
  const elsewhere = (options: FolderMigration) => {
    const script = `import { migrate } from ${JSON.stringify(new URL("../../provider/database/migrations/apply.ts", import.meta.url).href)};
      import { parseDatabaseUrl } from ${JSON.stringify(new URL("../../provider/database/connection.ts", import.meta.url).href)};
      await migrate({ tool: ${JSON.stringify(tool)}, directory: ${JSON.stringify(options.directory)}, connection: parseDatabaseUrl(process.env.DATABASE_URL) });`;
    const child = execa(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { DATABASE_URL: databaseUrl(options.connection) },
      reject: false,
    });
    /** Waits until a query has rows, as long as the process lives. */
    const until = async (query: string): Promise<void> => {
      while ((await server.sql(options.connection, query)).length === 0) {
        if (child.exitCode !== null && child.exitCode !== undefined) throw new Error((await child).stderr);
        await wait(50);
      }
    };
    return { child, until };
  };
  const others = "pid <> pg_backend_pid() and datname = current_database()";

  /** Migrates in another process, which is killed once the server sleeps. */
  const killed = async (options: FolderMigration): Promise<void> => {
    const { child, until } = elsewhere(options);
    await until(`select pid from pg_stat_activity where query like '%pg_sleep(30)%' and ${others}`);
    child.kill("SIGKILL");
    await child;
  };

  it("are applied in order, proven by the table, and not applied again", async () => {
    const options = await start({
      "1_init": init,
      "2_function":
        "DO $body$ BEGIN\n  PERFORM 1; EXECUTE 'alter table users add column \"odd;name\" text default '';''';\nEND $body$;\ncreate function f() returns int language plpgsql as $$ begin return 1; end; $$;",
    });
    expect(await pendingMigrations(options)).toMatchObject({ pending: names("1_init", "2_function"), applied: [] });
    const first = await migrate(options);
    expect(first.applied.map(({ name }) => name)).toEqual(names("1_init", "2_function"));
    const table = tool === "prisma" ? "_prisma_migrations" : "greenlight_migrations";
    expect(first).toMatchObject({
      tool,
      alreadyApplied: [],
      pending: [],
      extra: [],
      verifiedBy: `read ${table}: 2 of 2 finished`,
    });
    expect(await migrate(options)).toMatchObject({
      by: "nobody",
      applied: [],
      alreadyApplied: names("1_init", "2_function"),
    });
    expect(await pendingMigrations(options)).toMatchObject({ pending: [] });
    expect((await history(options.connection)).applied).toHaveLength(2);
    expect(await server.sql(options.connection, 'select f(), "odd;name" as odd from users limit 1')).toEqual([
      { f: 1, odd: ";" },
    ]);
  });

  it("newer than the folder are named and no hindrance", async () => {
    const options = await start({ "1_init": init, "2_more": "alter table users add column b int;" });
    await migrate(options);
    const older = await project(tool, { "1_init": init });
    expect(await migrate({ ...options, directory: older.directory })).toMatchObject({
      extra: names("2_more"),
      applied: [],
    });
  });

  it("that fail halfway leave the database as it was, say where, and go on once mended", async () => {
    const options = await start({
      "1_init": init,
      "2_bad":
        "alter table users add column email text;\n\n-- ✓ größe\nupdate users\n  set nope = 'é'\n  where name = 'größe';\nselect 1;\n",
      "3_after": "create table after ();",
    });
    const error = await refusal(migrate(options));
    expect(error.message).toContain(
      `The migration ${names("2_bad")[0]} failed at statement 2 of 3 (line 5): column "nope" of relation "users" does not exist`,
    );
    expect(error.message).toContain(
      "Statement 1 was rolled back; the schema is as before (compared after the failure).",
    );
    expect(error.message).toContain("goes on from here");
    expect(everyWord(error)).not.toContain(password);
    const after = await history(options.connection);
    expect(after.applied.map(({ name }) => name)).toEqual(names("1_init"));
    expect(after.failed).toEqual([]);
    expect(
      await server.sql(
        options.connection,
        "select attname from pg_attribute where attrelid = 'users'::regclass and attnum > 2",
      ),
    ).toEqual([]);

    await options.write("2_bad", "alter table users add column email text;\nupdate users set email = 'x';\n");
    expect((await migrate(options)).applied.map(({ name }) => name)).toEqual(names("2_bad", "3_after"));
  });

  it("that fail over a text with the password do not show it", async () => {
    const literal = password.replaceAll("'", "''");
    const options = await start({ "1_role": `select '${literal}'::int;` });
    const error = await refusal(migrate(options));
    expect(error.message).toContain('invalid input syntax for type integer: "***"');
    for (const form of [password, literal, encodeURIComponent(password)]) expect(everyWord(error)).not.toContain(form);
    const { failed, rolledBack } = await history(options.connection);
    expect(JSON.stringify([failed, rolledBack])).not.toContain(literal);
  });

  it("that fail do not stand in the way of another version without them", async () => {
    const options = await start({ "1_init": init, "2_bad": "create table a (); alter table nope add column x int;" });
    await refusal(migrate(options));
    const other = await project(tool, { "1_init": init, "2_good": "create table good ();" });
    expect((await migrate({ ...options, directory: other.directory })).applied.map(({ name }) => name)).toEqual(
      names("2_good"),
    );
  });

  it("edited after they were applied are refused by name, before anything runs", async () => {
    const options = await start({ "1_init": init });
    await migrate(options);
    await options.write("1_init", `${init}\n-- edited`);
    await options.write("2_more", "create table more ();");
    const error = await refusal(migrate(options));
    expect(error.message).toContain(`The migration ${names("1_init")[0]} was edited after it had been applied`);
    expect(await server.sql(options.connection, "select to_regclass('more') as more")).toEqual([{ more: null }]);
  });

  it("with a syntax error or no statement are refused before the first one runs", async () => {
    const broken = await start({ "1_init": init, "2_broken": "select 1;\nalter tabel users add x int;" });
    expect((await refusal(migrate(broken))).message).toMatch(/2_broken\S* cannot be run \(line 2\): syntax error/);
    expect((await history(broken.connection)).exists).toBe(false);
    const empty = await start({ "1_empty": "-- nothing here\n" });
    expect((await refusal(migrate(empty))).message).toMatch(/holds no statement/);
    const none = await start({});
    expect((await refusal(migrate(none))).message).toMatch(/holds no migration/);
  });

  it("run at once by two wait for one another and are applied once", async () => {
    const options = await start({
      "1_slow": "create table slow (); select pg_sleep(0.3);",
      "2_more": "create table more ();",
    });
    const [one, two] = await Promise.all([migrate(options), migrate(options)]);
    expect([one.applied.length, two.applied.length].sort()).toEqual([0, 2]);
  });

  it("give up waiting for another one in time, and say who it is", async () => {
    const options = await start({ "1_init": init });
    const holder = new pg.Client({ ...options.connection, application_name: "someone else" });
    await holder.connect();
    await holder.query("select pg_advisory_lock(72707369), pg_advisory_lock(1735552620)");
    const error = await refusal(migrate({ ...options, waitMs: 200 }));
    expect(error.message).toMatch(/Another migration is under way.*someone else/);
    await holder.end();
  });

  it("give up on a lock held by traffic in time, with everything as before", async () => {
    const options = await start({ "1_init": init });
    await migrate(options);
    await options.write("2_add", "create table first (); alter table users add column c int;");
    const traffic = new pg.Client({ ...options.connection });
    await traffic.connect();
    await traffic.query("begin; select * from users");
    const error = await refusal(migrate({ ...options, lockTimeoutMs: 200 }));
    expect(error.message).toMatch(/statement 2 of 2.*lock timeout/);
    expect(error.message).toMatch(/Another session held a lock/);
    await traffic.end();
    expect((await migrate(options)).applied.map(({ name }) => name)).toEqual(names("2_add"));
  });

  it("build an index concurrently; a failed one leaves no invalid index, and the next try goes on after what is done", async () => {
    const options = await start({ "1_init": init });
    await migrate(options);
    await options.write(
      "2_index",
      "create table done_already ();\ncreate unique index concurrently users_one on users ((1));\nselect 1;",
    );
    const error = await refusal(migrate(options));
    expect(error.message).toMatch(/statement 2 of 3 \(line 2\): could not create unique index/);
    expect(error.message).toContain("Statement 1 is done and stays");
    expect(error.message).toContain("the unfinished index public.users_one was removed");
    expect(
      await server.sql(
        options.connection,
        "select to_regclass('users_one') as i, to_regclass('done_already')::text as t",
      ),
    ).toEqual([{ i: null, t: "done_already" }]);
    await options.write(
      "2_index",
      "create table done_already ();\ncreate unique index concurrently users_one on users (id);\nselect 1;",
    );
    const result = await migrate(options);
    expect(result.applied.map(({ name }) => name)).toEqual(names("2_index"));
    expect(result.notes.join()).toMatch(/statements 1 to 1 are done from an earlier try/);
    expect(
      await server.sql(
        options.connection,
        "select indisvalid as ok from pg_index where indexrelid = 'users_one'::regclass",
      ),
    ).toEqual([{ ok: true }]);
  });

  it("that cannot be one transaction go on after what is done, also when what failed changes rows", async () => {
    const index = "create table half (a int);\ncreate index concurrently half_a on half (a);\n";
    const options = await start({ "1_init": init, "2_half": `${index}insert into half values (1), (nope);` });
    const error = await refusal(migrate(options));
    expect(error.message).toContain("Statements 1 to 2 are done and stay");
    await options.write("2_half", `${index}insert into half values (1), (2);`);
    expect((await migrate(options)).applied.map(({ name }) => name)).toEqual(names("2_half"));
    expect(await server.sql(options.connection, "select count(*)::int as n from half")).toEqual([{ n: 2 }]);
  });

  it("that were mended before the place where they stopped are not guessed at", async () => {
    const index = "create table half (a int);\ncreate index concurrently half_a on half (a);\n";
    const options = await start({ "1_init": init, "2_half": `${index}select nope;` });
    await refusal(migrate(options));
    await options.write("2_half", `${index.replace("a int", "a int, b int")}select 1;`);
    const error = await refusal(migrate(options));
    expect(error.message).toMatch(
      /2_half\S* is applied in part: statements 1 to 2 are done, and these statements are no longer/,
    );
    await options.write("2_half", `${index}select 1;`);
    expect((await migrate(options)).applied.map(({ name }) => name)).toEqual(names("2_half"));
  });

  it.each([
    ["in one transaction", "create table half (a int); insert into half values (1); select pg_sleep(30);"],
    [
      "statement by statement",
      "create table half (a int); create index concurrently half_a on half (a); select pg_sleep(30);",
    ],
  ])("killed in the middle, %s, are done by running again", async (_, slow) => {
    const options = await start({ "1_init": init, "2_slow": slow });
    await killed(options);
    await options.write("2_slow", slow.replace("pg_sleep(30)", "1"));
    const result = await migrate(options);
    expect(result.applied.map(({ name }) => name)).toEqual(names("2_slow"));
    expect((await history(options.connection)).failed).toEqual([]);
  });

  const valid = "select from pg_index where indexrelid = to_regclass('users_name_idx') and indisvalid";

  /** Migrates in another process, which is killed while it builds `users_name_idx`, or when it does not know yet that it is built. */
  const killedAtIndex = async (moment: "building" | "built"): Promise<FolderMigration> => {
    const options = await start({ "1_init": init });
    await migrate(options);
    await options.write("2_index", "create index concurrently if not exists users_name_idx on users (name);");
    const traffic = new pg.Client({ ...options.connection });
    await traffic.connect();
    // Building waits for who has written to the table.
    await traffic.query("begin; update users set name = name");
    const { child, until } = elsewhere(options);
    const building = `query like 'create index concurrently%' and ${others}`;
    await until(`select from pg_stat_activity where wait_event_type = 'Lock' and ${building}`);
    if (moment === "built") {
      // Stopped, it does not hear that the server is done.
      child.kill("SIGSTOP");
      await traffic.end();
      await until(valid);
    }
    child.kill("SIGKILL");
    await child;
    const gone = `select from (select count(*) as n from pg_stat_activity where ${building}) as it where n = 0`;
    while ((await server.sql(options.connection, gone)).length === 0) await wait(50);
    await traffic.end();
    return options;
  };

  it.each([
    ["is still being built", "building", "the unfinished index public.users_name_idx was removed"],
    ["is built, but not noted yet,", "built", "statements 1 to 1 are done from an earlier try"],
  ] as const)("killed while an index %s are done by running again", async (_, moment, note) => {
    const options = await killedAtIndex(moment);
    expect(await server.sql(options.connection, valid)).toHaveLength(moment === "built" ? 1 : 0);
    const result = await migrate(options);
    expect(result.applied.map(({ name }) => name)).toEqual(names("2_index"));
    expect(result.notes.join()).toContain(note);
    expect((await history(options.connection)).failed).toEqual([]);
    expect(await server.sql(options.connection, valid)).toHaveLength(1);
  });

  it("killed when an index is built are not guessed at where something else has changed since", async () => {
    const options = await killedAtIndex("built");
    await server.sql(options.connection, "alter table users add column more text");
    expect((await refusal(migrate(options))).message).toMatch(/2_index\S* is applied in part/);
  });

  it("killed while rows change outside a transaction are not guessed at", async () => {
    const slow =
      "create table half (a int); create index concurrently half_a on half (a); insert into half select 1 from pg_sleep(30);";
    const options = await start({ "1_init": init, "2_slow": slow });
    await killed(options);
    const error = await refusal(migrate(options));
    expect(error.message).toMatch(
      /statements 1 to 2 are done, and whether the statement after them took effect is not certain/,
    );
    expect(error.message).toContain(
      tool === "prisma" ? "npx prisma migrate resolve --rolled-back 2_slow" : "delete from",
    );
  });

  it("are interrupted at once, with everything as before", async () => {
    const options = await start({ "1_slow": "create table slow (); select pg_sleep(30); select 2;" });
    const stop = new AbortController();
    const error = await refusal(
      migrate({
        ...options,
        signal: stop.signal,
        onStatement: (_, statement) => statement === 2 && setTimeout(() => stop.abort(), 50),
      }),
    );
    expect(error.message).toMatch(/Interrupted/);
    expect(Reflect.get(error, "exitCode")).toBe(130);
    expect((await history(options.connection)).applied).toEqual([]);
    expect(await server.sql(options.connection, "select to_regclass('slow') as slow")).toEqual([{ slow: null }]);
  });
});

describe("Prisma's own state", () => {
  const prisma = async (scripts: Record<string, string>) => ({
    tool: "prisma" as const,
    ...(await project("prisma", scripts)),
    connection: await server.database(),
  });

  it("of a failed row by another tool is not guessed at", async () => {
    const options = await prisma({ "1_init": init });
    await migrate(options);
    await server.sql(
      options.connection,
      `insert into _prisma_migrations (id, checksum, migration_name, logs) values ('x', 'y', '2_other', 'boom')`,
    );
    const error = await refusal(migrate(options));
    expect(error.message).toMatch(/2_other did not finish in an earlier run by another tool/);
    expect(error.message).toContain("npx prisma migrate resolve --rolled-back 2_other");
  });

  it("of a database with tables but no history is refused with Prisma's own reason", async () => {
    const options = await prisma({ "1_init": init });
    await server.sql(options.connection, "create table older ()");
    expect((await refusal(migrate(options))).message).toMatch(/P3005/);
  });

  it("is not believed of a command line that ends well having done nothing: the schema engine applies instead", async () => {
    const options = await prisma({ "1_init": init });
    const projectDirectory = await mkdtemp(join(server.folder, "project-"));
    const bin = join(projectDirectory, "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "prisma"), '#!/bin/sh\necho "$@" > called\nexit 0\n');
    await chmod(join(bin, "prisma"), 0o755);
    const result = await migrate({ ...options, projectDirectory, schemaFile: "schema.prisma" });
    expect(result).toMatchObject({ by: "schema-engine", verifiedBy: "read _prisma_migrations: 1 of 1 finished" });
    expect(result.notes.join()).toMatch(/without applying/);
    await rename(join(bin, "prisma"), join(bin, "gone"));
    expect(await migrate({ ...options, projectDirectory })).toMatchObject({ by: "nobody" });
  });
});

describe("a migration command", () => {
  const node = (script: string): string[] => [process.execPath, "-e", script];
  const verify = { sql: "select count(*) from pg_tables where tablename = 'made'", expect: "1" };
  const command = async (given: Partial<Extract<MigrateOptions, { tool: "command" }>>) =>
    migrate({
      tool: "command",
      command: node(""),
      cwd: server.folder,
      verify,
      connection: await server.database(),
      ...given,
    });

  it("is proven by its query; run again it has nothing to do", async () => {
    const connection = await server.database();
    const runner = join(server.folder, "make.mjs");
    const pgModule = new URL("../../node_modules/pg/lib/index.js", import.meta.url).href;
    await writeFile(
      runner,
      `import pg from ${JSON.stringify(pgModule)}; const c = new pg.Client({ connectionString: process.env.DATABASE_URL }); await c.connect(); await c.query("create table made ()"); console.log("made with", process.env.DATABASE_URL); await c.end();`,
    );
    const result = await command({ connection, command: [process.execPath, runner] });
    expect(result).toMatchObject({ by: "command", verifiedBy: expect.stringContaining('"1"') });
    expect(result.output).toContain("made with");
    expect(everyWord(new Error(result.output))).not.toContain(encodeURIComponent(password));
    expect(await command({ connection, command: [process.execPath, runner] })).toMatchObject({ by: "nobody" });
  });

  it("that ends well without having done it is a failure", async () => {
    expect((await refusal(command({}))).message).toMatch(/ended well, but the query .* answers "0" instead of "1"/);
  });

  it("that fails says so with its last words, without the password", async () => {
    const error = await refusal(
      command({ command: node("console.error('no way', process.env.DATABASE_URL); process.exit(3)") }),
    );
    expect(error.message).toMatch(/exit code 3.*no way/s);
    expect(error.message).toContain("The schema is as before");
    expect(everyWord(error)).not.toContain(encodeURIComponent(password));
  });

  it("without a query, without a program or in no folder is refused before it runs", async () => {
    expect((await refusal(command({ verify: { sql: " ", expect: "" } }))).message).toMatch(/needs a query/);
    expect((await refusal(command({ command: [] }))).message).toMatch(/empty/);
    expect((await refusal(command({ command: ["/no/such/program"] }))).message).toMatch(/does not exist/);
    expect((await refusal(command({ cwd: "/no/such/folder" }))).message).toMatch(/folder/);
  });
});
