import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../provider/database/migrations/apply.ts";
import { readMigrations } from "../../provider/database/migrations/history.ts";
import { rehearseRollbackScript, runRollbackScript } from "../../provider/database/migrations/rollbackScript.ts";
import { refusal, startServer, type TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

const init =
  "create table users (id serial primary key, name text not null); insert into users (name) values ('a'), ('b');";
const add =
  "alter table users add column email text;\ncreate index users_email_idx on users (email);\ncreate table extra (id int);";
const goodDown = "-- größe\ndrop table extra;\nalter table users drop column email;\n";

async function shop(tool: "prisma" | "sql", down: string, up = add) {
  const directory = await mkdtemp(join(server.folder, "migrations-"));
  for (const [name, sql] of [
    ["1_init", init],
    ["2_add", up],
  ] as const) {
    const file = tool === "prisma" ? join(directory, name, "migration.sql") : join(directory, `${name}.sql`);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, sql);
  }
  const file = join(directory, "down.txt");
  await writeFile(file, down);
  const connection = await server.database();
  const undoes = [tool === "prisma" ? "2_add" : "2_add.sql"];
  return { tool, directory, file, connection, undoes, tools: server.tools };
}

describe.each(["prisma", "sql"] as const)("a rollback script for %s", (tool) => {
  it("takes the migration back, records that, and the migration can be applied again", async () => {
    const options = await shop(tool, goodDown);
    await migrate(options);
    const result = await runRollbackScript(options);
    expect(result).toMatchObject({ undone: options.undoes, statements: 2 });
    expect(result.changed.removed.join("\n")).toContain("column public.users.email text");
    expect(result.verifiedBy).toMatch(/1 of 1 no longer applied; \d+ objects of the schema changed/);
    const history = await readMigrations({ connection: options.connection, layout: tool });
    expect(history.applied).toHaveLength(1);
    expect(history.rolledBack).toEqual(tool === "prisma" ? ["2_add"] : []);
    expect((await migrate(options)).applied.map(({ name }) => name)).toEqual(options.undoes);
  });

  it("that fails leaves schema and records as they were", async () => {
    const options = await shop(tool, "drop table extra;\nalter table users\n  drop column nope;");
    await migrate(options);
    const error = await refusal(runRollbackScript(options));
    expect(error.message).toMatch(/failed at statement 2 of 2 \(line 2\): column "nope"/);
    expect(error.message).toContain("no difference");
    expect((await readMigrations({ connection: options.connection, layout: tool })).applied).toHaveLength(2);
  });

  it("that does nothing, or is for what is not applied, is refused", async () => {
    const options = await shop(tool, "select 1;");
    expect((await refusal(runRollbackScript(options))).message).toMatch(/not applied/);
    await migrate(options);
    expect((await refusal(runRollbackScript(options))).message).toMatch(/took nothing back/);
  });
});

describe("a rehearsed rollback", () => {
  it("of a good script is fine, and the database itself is untouched", async () => {
    const options = await shop("sql", goodDown);
    await migrate({ ...options, directory: await onlyFirst() });
    const before = await server.sql(options.connection, "select * from greenlight_migrations");
    const result = await rehearseRollbackScript(options);
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ ok: true, applied: ["2_add.sql"] });
    expect(await server.sql(options.connection, "select * from greenlight_migrations")).toEqual(before);
  });

  it("finds what is left behind, and rows that are not as before", async () => {
    const options = await shop("sql", "drop table extra; update users set name = upper(name);");
    await migrate({ ...options, directory: await onlyFirst() });
    const result = await rehearseRollbackScript(options);
    expect(result.ok).toBe(false);
    expect(result.findings.join("\n")).toContain("left behind: column public.users.email text");
    expect(result.findings.join("\n")).toContain("left behind: index CREATE INDEX users_email_idx");
    expect(
      await server.sql(options.connection, "select datname from pg_database where datname like 'greenlight_scratch%'"),
    ).toEqual([]);
  });
});

async function onlyFirst(): Promise<string> {
  const other = await mkdtemp(join(server.folder, "first-"));
  await writeFile(join(other, "1_init.sql"), init);
  return other;
}

describe("the example shop", () => {
  const shopFolder = fileURLToPath(new URL("../../examples/shop/prisma", import.meta.url));

  it("migrates, survives its broken release, and rolls back by its script", async () => {
    const connection = await server.database();
    const from = (folder: string) => ({ tool: "prisma" as const, directory: join(shopFolder, folder), connection });
    expect((await migrate(from("migrations-v1.0.0"))).applied).toHaveLength(1);
    expect((await migrate(from("migrations"))).applied).toHaveLength(4);
    const error = await refusal(migrate(from("migrations-v1.2.4-broken")));
    expect(error.message).toMatch(/failed at statement 2 of 3/);
    expect(error.message).toContain("the schema is as before (compared after the failure)");
    expect(await migrate(from("migrations"))).toMatchObject({ by: "nobody" });
    const undoes = (await readMigrations({ connection, layout: "prisma" })).applied.slice(1).map(({ name }) => name);
    const result = await runRollbackScript({
      connection,
      tool: "prisma",
      file: join(shopFolder, "rollback", "v1.1.0.sql"),
      undoes,
    });
    expect(result.undone).toEqual(undoes);
    expect(await migrate(from("migrations-v1.0.0"))).toMatchObject({ by: "nobody", extra: [] });
  });
});
