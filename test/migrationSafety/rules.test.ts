import { describe, expect, it } from "vitest";
import { migrationRules } from "../../release/migrationSafety/rules/index.ts";
import { findings, type Judged, program, rulesOn } from "./judging.ts";

type Case = readonly [sql: string | readonly string[], it?: Judged];

/** By rule: what it finds, and what looks alike and is safe. */
const cases: Readonly<Record<string, { readonly blocks: readonly Case[]; readonly passes: readonly Case[] }>> = {
  "drop-table": {
    blocks: [
      ["DROP TABLE users"],
      ["DROP TABLE IF EXISTS public.users CASCADE"],
      ["DROP TABLE never_seen_before"],
      ["CREATE TABLE t (a int); DROP TABLE t, orders"],
      ["DROP SCHEMA billing CASCADE"],
      ["DO $$ BEGIN IF true THEN DROP TABLE users; END IF; END $$"],
      ["DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$"],
    ],
    passes: [
      ["CREATE TABLE t (a int); DROP TABLE t"],
      ["CREATE TEMP TABLE users (a int); DROP TABLE users"],
      [["CREATE TABLE t (a int)", "DROP TABLE t"]],
      ["DROP TABLE users", { released: undefined }],
      ["COMMENT ON TABLE users IS 'DROP TABLE users;'"],
    ],
  },
  "drop-column": {
    blocks: [
      ["ALTER TABLE users DROP COLUMN name"],
      ["ALTER TABLE ONLY public.users DROP IF EXISTS name"],
      ['ALTER TABLE "users" ALTER name SET STATISTICS 5, DROP "name"'],
      ["ALTER TABLE users RENAME name TO old; ALTER TABLE users DROP old"],
    ],
    passes: [
      ["ALTER TABLE users ADD COLUMN x int; ALTER TABLE users DROP COLUMN x"],
      ["CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN a"],
    ],
  },
  rename: {
    blocks: [
      ["ALTER TABLE users RENAME TO people"],
      ["ALTER TABLE users RENAME COLUMN name TO title"],
      ["ALTER VIEW grown RENAME TO tall"],
      ["ALTER TYPE mood RENAME TO feeling"],
      ["ALTER FUNCTION steady() RENAME TO firm"],
      ["ALTER TABLE users SET SCHEMA archive"],
      ["ALTER SCHEMA billing RENAME TO money"],
      ["CREATE TABLE n (a int); ALTER TABLE users RENAME TO gone; ALTER TABLE n RENAME TO users"],
    ],
    passes: [
      ["ALTER INDEX users_name_idx RENAME TO users_by_name"],
      ["ALTER TABLE users RENAME CONSTRAINT users_name_known TO users_named"],
      ["CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN a TO b"],
    ],
  },
  "rename-enum-value": {
    blocks: [["ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'"]],
    passes: [
      ["CREATE TYPE size AS ENUM ('s'); ALTER TYPE size RENAME VALUE 's' TO 'small'"],
      ["ALTER TYPE mood ADD VALUE 'fine'"],
    ],
  },
  "drop-in-use": {
    blocks: [
      ["DROP VIEW grown"],
      ["DROP FUNCTION steady()"],
      ["DROP TRIGGER audit ON users"],
      ["DROP TYPE mood"],
      ["DROP SEQUENCE numbers"],
      ["DROP EXTENSION pgcrypto"],
      ["ALTER TABLE users DROP CONSTRAINT users_email_unique"],
      ["DROP INDEX CONCURRENTLY users_code_key"],
      ["CREATE OR REPLACE VIEW other AS SELECT 1; DROP VIEW other"],
      ["DROP OWNED BY shop"],
    ],
    passes: [
      ["CREATE VIEW fresh AS SELECT 1; DROP VIEW fresh"],
      ["CREATE TYPE size AS ENUM ('s'); DROP TYPE size"],
      ["CREATE TABLE t (a int); CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION steady(); DROP TRIGGER x ON t"],
      ["CREATE OR REPLACE VIEW grown AS SELECT id FROM users"],
      ["ALTER TABLE users DROP CONSTRAINT users_name_known"],
      ["DROP INDEX CONCURRENTLY users_name_idx"],
    ],
  },
  "drop-default": {
    blocks: [
      ["ALTER TABLE users ALTER COLUMN email DROP DEFAULT"],
      ["ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 0; ALTER TABLE users ALTER x DROP DEFAULT"],
      ["ALTER TABLE users ALTER id DROP IDENTITY"],
    ],
    passes: [
      ["ALTER TABLE users ALTER COLUMN email SET DEFAULT 'none'"],
      ["ALTER TABLE users ADD COLUMN x int DEFAULT 0; ALTER TABLE users ALTER x DROP DEFAULT"],
      ["CREATE TABLE t (a int DEFAULT 1); ALTER TABLE t ALTER a DROP DEFAULT"],
    ],
  },
  "add-required-column": {
    blocks: [["ALTER TABLE users ADD COLUMN x int NOT NULL"], ["ALTER TABLE users ADD COLUMN x int PRIMARY KEY"]],
    passes: [
      ["ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 0"],
      ["ALTER TABLE users ADD COLUMN x int"],
      ["CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN x int NOT NULL"],
    ],
  },
  "narrow-access": {
    blocks: [
      ["REVOKE SELECT ON users FROM shop"],
      ["ALTER TABLE users ENABLE ROW LEVEL SECURITY"],
      ["REVOKE ALL ON SCHEMA public FROM shop"],
    ],
    passes: [["GRANT SELECT ON users TO shop"], ["CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY"]],
  },
  "create-trigger": {
    blocks: [
      ["CREATE TRIGGER audit AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()"],
      ["CREATE RULE quiet AS ON DELETE TO users DO INSTEAD NOTHING"],
    ],
    passes: [["CREATE TABLE t (a int); CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()"]],
  },
  "set-not-null": {
    blocks: [
      ["ALTER TABLE users ALTER COLUMN code SET NOT NULL"],
      // What silences other linters: validating something else.
      ["ALTER TABLE users VALIDATE CONSTRAINT users_name_known; ALTER TABLE users ALTER COLUMN code SET NOT NULL"],
      // Known for new rows only.
      ["ALTER TABLE orders ALTER COLUMN user_id SET NOT NULL"],
      ["ALTER TABLE users ADD CHECK (code IS NOT NULL OR id > 0); ALTER TABLE users ALTER code SET NOT NULL"],
      ["ALTER TABLE users ADD COLUMN x text; ALTER TABLE users ALTER x SET NOT NULL"],
    ],
    passes: [
      ["ALTER TABLE users ALTER COLUMN name SET NOT NULL"],
      [
        [
          "ALTER TABLE orders VALIDATE CONSTRAINT orders_user_known",
          "ALTER TABLE orders ALTER COLUMN user_id SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT orders_user_known",
        ],
      ],
      [
        [
          "ALTER TABLE users ADD CHECK (code IS NOT NULL) NOT VALID",
          "ALTER TABLE users VALIDATE CONSTRAINT users_code_check",
          "ALTER TABLE users ALTER COLUMN code SET NOT NULL",
        ],
      ],
      ["CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL"],
      ["ALTER TABLE users ALTER COLUMN email SET NOT NULL"],
    ],
  },
  "add-constraint": {
    blocks: [
      ["ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id)"],
      ["ALTER TABLE users ADD CHECK (id > 0)"],
      ["ALTER TABLE users ADD CONSTRAINT u UNIQUE (name)"],
      ["ALTER TABLE users ADD PRIMARY KEY (code)"],
      ["ALTER TABLE users ADD EXCLUDE USING gist (code WITH =)"],
      ["ALTER TABLE users ADD COLUMN boss int REFERENCES users (id)"],
      ["ALTER TABLE users ADD COLUMN nick text UNIQUE"],
    ],
    passes: [
      ["ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID"],
      ["ALTER TABLE users ADD CHECK (id > 0) NOT VALID"],
      ["ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX users_code_key"],
      ["CREATE TABLE t (a int REFERENCES users (id), CHECK (a > 0)); ALTER TABLE t ADD UNIQUE (a)"],
    ],
  },
  "validate-at-once": {
    blocks: [["ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c"]],
    passes: [
      [["ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID", "ALTER TABLE users VALIDATE CONSTRAINT c"]],
      ["ALTER TABLE orders VALIDATE CONSTRAINT orders_user_known"],
    ],
  },
  "change-type": {
    blocks: [
      ["ALTER TABLE users ALTER COLUMN id TYPE bigint"],
      ["ALTER TABLE users ALTER email TYPE varchar(50)"],
      ["ALTER TABLE users ALTER name TYPE varchar(50)"],
      ["ALTER TABLE users ALTER amount TYPE numeric(12,4)"],
      ["ALTER TABLE users ALTER amount TYPE numeric(8,2)"],
      ["ALTER TABLE users ALTER at TYPE timestamp(0)"],
      ["ALTER TABLE users ALTER at TYPE timestamptz"],
      ["ALTER TABLE users ALTER name TYPE text USING code"],
      ['ALTER TABLE users ALTER email TYPE text COLLATE "C"'],
      ["ALTER TABLE not_known ALTER x TYPE text"],
    ],
    passes: [
      ["ALTER TABLE users ALTER email TYPE text"],
      ["ALTER TABLE users ALTER email TYPE varchar(200)"],
      ["ALTER TABLE users ALTER email TYPE varchar"],
      ["ALTER TABLE users ALTER name TYPE varchar"],
      ["ALTER TABLE users ALTER email TYPE text USING email::text"],
      ["ALTER TABLE users ALTER amount TYPE numeric(12,2)"],
      ["ALTER TABLE users ALTER amount TYPE numeric"],
      ["ALTER TABLE users ALTER at TYPE timestamp"],
      ["CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint"],
    ],
  },
  "volatile-default": {
    blocks: [
      ["ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid()"],
      ["ALTER TABLE users ADD COLUMN x float DEFAULT random()"],
      ["ALTER TABLE users ADD COLUMN x timestamptz DEFAULT clock_timestamp()"],
      ["ALTER TABLE users ADD COLUMN x int DEFAULT nextval('s')"],
      ["ALTER TABLE users ADD COLUMN x bigserial"],
      ["ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS IDENTITY"],
      ["ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS (id * 2) STORED"],
      ["ALTER TABLE users ADD COLUMN x int DEFAULT somebodys_function()"],
      ["ALTER TABLE users ADD COLUMN x text DEFAULT 'a' || md5(random()::text)"],
    ],
    passes: [
      ["ALTER TABLE users ADD COLUMN x timestamptz DEFAULT now()"],
      ["ALTER TABLE users ADD COLUMN x timestamptz DEFAULT CURRENT_TIMESTAMP"],
      ["ALTER TABLE users ADD COLUMN x text[] DEFAULT ARRAY[]::text[]"],
      ["ALTER TABLE users ADD COLUMN x text[] NOT NULL DEFAULT '{}'"],
      ["ALTER TABLE users ADD COLUMN x jsonb DEFAULT '{}'"],
      ["ALTER TABLE users ADD COLUMN x int DEFAULT steady()"],
      ["ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS (id * 2) VIRTUAL"],
      ["ALTER TABLE users ADD COLUMN x uuid; ALTER TABLE users ALTER x SET DEFAULT gen_random_uuid()"],
      ["CREATE TABLE t (a bigserial, b uuid DEFAULT gen_random_uuid())"],
    ],
  },
  "create-index": {
    blocks: [
      ["CREATE INDEX i ON users (name)"],
      ["CREATE UNIQUE INDEX IF NOT EXISTS i ON public.users (name)"],
      ["CREATE INDEX ON users (name)"],
      ["CREATE INDEX i ON events (day)"],
      ["CREATE INDEX i ON ONLY users (name)"],
    ],
    passes: [
      ["CREATE INDEX CONCURRENTLY i ON users (name)"],
      ["CREATE TABLE t (a int); CREATE INDEX i ON t (a)"],
      ["CREATE INDEX i ON ONLY events (day)"],
      ["CREATE INDEX i ON users (name)", { released: undefined }],
    ],
  },
  "drop-index": {
    blocks: [["DROP INDEX users_name_idx"]],
    passes: [
      ["DROP INDEX CONCURRENTLY users_name_idx"],
      ["CREATE TABLE t (a int); CREATE INDEX i ON t (a); DROP INDEX i"],
    ],
  },
  reindex: {
    blocks: [["REINDEX TABLE users"], ["REINDEX INDEX users_name_idx"], ["REINDEX SCHEMA public"]],
    passes: [["REINDEX TABLE CONCURRENTLY users"], ["CREATE TABLE t (a int); REINDEX TABLE t"]],
  },
  "rewrite-table": {
    blocks: [
      ["VACUUM FULL users"],
      ["VACUUM (FULL, ANALYZE) users"],
      ["VACUUM FULL"],
      ["CLUSTER users USING users_name_idx"],
      ["CLUSTER"],
      ["REFRESH MATERIALIZED VIEW sums"],
      ["ALTER TABLE users SET TABLESPACE fast"],
      ["ALTER TABLE users SET UNLOGGED"],
    ],
    passes: [
      ["VACUUM users"],
      ["VACUUM (FULL false) users"],
      ["REFRESH MATERIALIZED VIEW CONCURRENTLY sums"],
      ["CREATE TABLE t (a int); CLUSTER t USING i"],
    ],
  },
  "change-all-rows": {
    blocks: [
      ["UPDATE users SET name = lower(name)"],
      ["UPDATE users SET name = '' WHERE true"],
      ["DELETE FROM users WHERE 1 = 1"],
      ["TRUNCATE users"],
      ["WITH gone AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM gone"],
      ["DO $$ BEGIN UPDATE users SET name = ''; END $$"],
      ["PREPARE p AS UPDATE users SET name = ''"],
    ],
    passes: [
      ["UPDATE users SET name = '' WHERE id BETWEEN 1 AND 1000"],
      ["CREATE TABLE t (a int); UPDATE t SET a = 1; DELETE FROM t"],
      ["CREATE FUNCTION g() RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE users SET name = ''; END"],
    ],
  },
  "schema-and-rows": {
    blocks: [
      ["ALTER TABLE users ADD COLUMN x text; UPDATE users SET x = name WHERE x IS NULL"],
      ["UPDATE users SET name = '' WHERE id = 1; ALTER TABLE users ADD COLUMN x text"],
      ["BEGIN; ALTER TABLE users ADD x text; INSERT INTO orders SELECT * FROM old; COMMIT"],
      ["DO $$ BEGIN ALTER TABLE users ADD x text; UPDATE users SET x = '' WHERE id < 5; END $$"],
    ],
    passes: [
      [["ALTER TABLE users ADD COLUMN x text", "UPDATE users SET x = name WHERE id < 100"]],
      ["ALTER TABLE users ADD COLUMN x text; INSERT INTO orders VALUES (1, 1, '')"],
      ["CREATE TABLE t (a int); UPDATE users SET name = '' WHERE id = 1"],
    ],
  },
  "two-tables": {
    blocks: [
      ["ALTER TABLE users ADD x int; ALTER TABLE orders ADD x int"],
      ["BEGIN; ALTER TABLE users ADD x int; CREATE INDEX i ON orders (id); COMMIT"],
      ["DROP TABLE users, orders"],
    ],
    passes: [
      [["ALTER TABLE users ADD x int", "ALTER TABLE orders ADD x int"]],
      ["ALTER TABLE users ADD x int; ALTER TABLE users ADD y int"],
      ["CREATE TABLE t (a int REFERENCES users (id), b int REFERENCES orders (id))"],
      ["ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID"],
      ["BEGIN; ALTER TABLE users ADD x int; COMMIT; BEGIN; ALTER TABLE orders ADD x int; COMMIT"],
    ],
  },
  "lock-timeout": {
    blocks: [
      ["ALTER TABLE users ADD x int", { runner: program }],
      ["SET lock_timeout = 0; ALTER TABLE users ADD x int"],
      ["SET lock_timeout = '1h'; ALTER TABLE users ADD x int"],
      ["SELECT set_config('lock_timeout', '0', false); ALTER TABLE users ADD x int"],
      ["SET lock_timeout = '2s'; RESET lock_timeout; ALTER TABLE users ADD x int", { runner: program }],
      [["SET lock_timeout = '2s'", "ALTER TABLE users ADD x int"], { runner: program }],
      ["SET lock_timeout = '-1'; ALTER TABLE users ADD x int"],
      ["DO $$ BEGIN ALTER TABLE users ADD x int; END $$", { runner: program }],
      ["CREATE TABLE t (a int REFERENCES users (id))", { runner: program }],
    ],
    passes: [
      ["ALTER TABLE users ADD x int"],
      ["SET lock_timeout = '2s'; ALTER TABLE users ADD x int", { runner: program }],
      ["BEGIN; SET LOCAL lock_timeout = 3000; ALTER TABLE users ADD x int; COMMIT", { runner: program }],
      ["CREATE TABLE t (a int)", { runner: program }],
      ["ALTER TABLE orders VALIDATE CONSTRAINT orders_user_known", { runner: program }],
      ["SET lock_timeout = 0; RESET ALL; ALTER TABLE users ADD x int"],
    ],
  },
  "concurrently-in-transaction": {
    blocks: [
      ["BEGIN; CREATE INDEX CONCURRENTLY i ON users (name); COMMIT"],
      ["SELECT 1; CREATE INDEX CONCURRENTLY i ON users (name)", { runner: program }],
      ["BEGIN; VACUUM users; COMMIT"],
      ["DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON users (name); END $$"],
    ],
    passes: [
      ["CREATE INDEX CONCURRENTLY i ON users (name)", { runner: program }],
      ["SET lock_timeout = '2s'; CREATE INDEX CONCURRENTLY i ON users (name)", { runner: program }],
      ["CREATE INDEX CONCURRENTLY i ON users (name); CREATE INDEX CONCURRENTLY j ON users (code)"],
    ],
  },
  "add-enum-value": {
    blocks: [["ALTER TYPE mood ADD VALUE 'fine'; INSERT INTO orders VALUES (1, 1, 'fine')"]],
    passes: [
      ["ALTER TYPE mood ADD VALUE 'fine'"],
      ["ALTER TYPE mood ADD VALUE 'fine'; ALTER TYPE mood ADD VALUE 'great'"],
      ["CREATE TYPE size AS ENUM ('s'); ALTER TYPE size ADD VALUE 'm'; CREATE TABLE t (s size)"],
    ],
  },
  unreadable: {
    blocks: [
      ["DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'users'); END $$"],
      ["DO $$ DECLARE t text; BEGIN FOR t IN SELECT 'users' LOOP EXECUTE 'TRUNCATE ' || t; END LOOP; END $$"],
      ["DO LANGUAGE plpython3u $$ plpy.execute('drop table users') $$"],
      ["DO $$ BEGIN nonsense here; END $$"],
      ["CALL tidy_up()"],
      ["SELECT make_partitions('users')"],
      ["DO $$ BEGIN PERFORM make_partitions('users'); END $$"],
    ],
    passes: [
      ["DO $$ BEGIN RAISE NOTICE 'EXECUTE this'; END $$"],
      ["SELECT setval('s', 1)"],
      ["SELECT pg_catalog.set_config('search_path', '', false)"],
      ["DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'users'; END $$", { released: undefined }],
    ],
  },
  "expand-and-contract": {
    blocks: [
      ["ALTER TABLE users ADD email2 text; ALTER TABLE users DROP email"],
      [["ALTER TABLE users DROP email", "CREATE TABLE addresses (id int)"]],
      [
        "ALTER TABLE users ADD x text;\n-- greenlight: allow drop-column because nothing reads it since v1.2\nALTER TABLE users DROP email",
      ],
    ],
    passes: [
      ["ALTER TABLE users ADD email2 text"],
      ["-- greenlight: allow drop-column because nothing reads it since v1.2\nALTER TABLE users DROP email"],
      ["CREATE TABLE t (a int); ALTER TABLE t ADD b int; ALTER TABLE t DROP a"],
    ],
  },
  "not-readable": {
    blocks: [["ALTER TABEL users"], [""], ["-- nothing"], ["SELECT 1;\0 DROP TABLE users"], ["SELECT 'open"]],
    passes: [["SELECT 1"]],
  },
};

describe.each(Object.entries(cases))("%s", (rule, { blocks, passes }) => {
  it.each(blocks.map(([sql, judged]) => ({ sql, judged })))("finds $sql", async ({ sql, judged }) => {
    expect(await rulesOn(sql, judged)).toContain(rule);
  });
  it.each(passes.map(([sql, judged]) => ({ sql, judged })))("leaves alone $sql", async ({ sql, judged }) => {
    expect(await rulesOn(sql, judged)).not.toContain(rule);
  });
});

describe("the rules", () => {
  it("are all shown finding and leaving alone, but for the one that compares files", () => {
    const ids = migrationRules.map(({ id }) => id);
    expect(Object.keys(cases).sort()).toEqual(ids.filter((id) => id !== "edited-migration").sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("find nothing in plain, additive migrations", async () => {
    const sql = `CREATE TABLE notes (id bigserial PRIMARY KEY, user_id int REFERENCES users (id), text text NOT NULL);
      CREATE INDEX notes_user_idx ON notes (user_id);
      ALTER TABLE users ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}';
      INSERT INTO notes (text) VALUES ('first');`;
    expect(await rulesOn(sql)).toEqual([]);
    expect(await rulesOn("ALTER TABLE users ADD COLUMN preferences JSONB DEFAULT '{}'")).toEqual([]);
  });

  it("tell statement, line, text and a rewrite with the statement's own names", async () => {
    const [found, ...others] = await findings(["-- why\n\nSELECT 1;\n\nCREATE INDEX\n  by_name ON users (name);"]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      rule: "create-index",
      migration: "11",
      statement: 2,
      line: 5,
      text: "CREATE INDEX by_name ON users (name)",
      subject: "by_name on users",
      why: expect.stringContaining("nobody can write"),
      rewrite: expect.stringContaining("CREATE INDEX CONCURRENTLY by_name ON users"),
    });
  });

  it("tell the line of a statement inside a block", async () => {
    const [found] = await findings(["SELECT 1;\nDO $$\nBEGIN\n  RAISE NOTICE 'x';\n  DROP TABLE users;\nEND\n$$;"]);
    expect(found).toMatchObject({ rule: "drop-table", statement: 2, line: 5, text: "DROP TABLE users" });
  });

  it("find a table by its schema, also when search_path names another", async () => {
    const sql = "SET search_path = shop; CREATE TABLE users (a int); DROP TABLE users;";
    expect(await rulesOn(sql)).toEqual([]);
    expect(await rulesOn(`${sql} RESET search_path; DROP TABLE users`)).toContain("drop-table");
    expect(await rulesOn(`${sql} DROP TABLE public.users`)).toContain("drop-table");
  });
});

describe("an allowance", () => {
  const drop = "ALTER TABLE users DROP COLUMN name";
  const allowed = async (above: string) => (await findings([`SELECT 1;\n${above}\n${drop};`]))[0]?.allowed;

  it("directly above the statement is kept with its reason", async () => {
    expect(await allowed("-- greenlight: allow drop-column because nothing reads it since v1.2")).toBe(
      "nothing reads it since v1.2",
    );
    expect(await allowed("-- about names\n--greenlight: allow drop-column because nobody has one\n-- more")).toBe(
      "nobody has one",
    );
  });

  it.each([
    ["of another rule", "-- greenlight: allow drop-table because nothing reads it"],
    ["without a reason", "-- greenlight: allow drop-column"],
    ["with a reason of a word", "-- greenlight: allow drop-column because safe"],
    ["with a blank line between", "-- greenlight: allow drop-column because nothing reads it\n"],
    ["above the statement before", "-- greenlight: allow drop-column because nothing reads it\nSELECT 2;"],
    ["in a string", "SELECT '\n-- greenlight: allow drop-column because nothing reads it\n';"],
    ["of every rule", "-- greenlight: allow * because nothing reads it"],
  ])("%s does not hold", async (_, above) => {
    expect(await allowed(above)).toBeUndefined();
  });

  it("holds for its own statement only", async () => {
    const found = await findings([
      `-- greenlight: allow drop-column because nobody has one\n${drop}; ${drop.replace("name", "code")}`,
    ]);
    expect(found.map(({ allowed }) => allowed)).toEqual(["nobody has one", undefined]);
  });
});
