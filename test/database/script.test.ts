import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigrationFolder, sameScript } from "../../provider/database/migrations/plan.ts";
import { lineAt, readScript } from "../../provider/database/migrations/script.ts";
import { refusal } from "./server.ts";

describe("a script", () => {
  it("is split where statements end, not at every semicolon", async () => {
    const { statements, mode } = await readScript(
      [
        "-- größe; not a statement",
        "CREATE TABLE t (a text DEFAULT ';');",
        "DO $$ BEGIN",
        "  PERFORM 1; PERFORM 'x;y';",
        "END $$;",
        "/* ; */ INSERT INTO t VALUES ('it''s; ü'), ($q$ a;b $q$); SELECT 1",
      ].join("\n"),
    );
    expect(statements.map(({ kind, line }) => [kind, line])).toEqual([
      ["CreateStmt", 2],
      ["DoStmt", 3],
      ["InsertStmt", 6],
      ["SelectStmt", 6],
    ]);
    expect(statements[2]?.text).toBe("INSERT INTO t VALUES ('it''s; ü'), ($q$ a;b $q$)");
    expect(mode).toBe("transaction");
  });

  it("keeps every statement whole and on its line, whatever is in its strings", async () => {
    const piece = fc.record({
      text: fc.string({ unit: "grapheme", maxLength: 20 }).filter((one) => !one.includes("\0")),
      gap: fc.constantFrom("\n", "\n\n-- é;\n", " ", "\n/* ü; */ "),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
        const expected = pieces.map(
          ({ text }, n) => `SELECT E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}' AS c${n}`,
        );
        const source = pieces.map(({ gap }, n) => `${gap}${expected[n]};`).join("");
        const { statements, defect } = await readScript(source);
        expect(defect).toBeUndefined();
        expect(statements.map(({ text }) => text)).toEqual(expected);
        let from = 0;
        for (const { text, line } of statements) {
          const at = source.indexOf(text, from);
          expect(line).toBe(source.slice(0, at).split("\n").length);
          from = at + text.length;
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["create index concurrently i on t (a)", "statements"],
    ["drop index concurrently i", "statements"],
    ["reindex table concurrently t", "statements"],
    ["vacuum t", "statements"],
    ["analyze t", "transaction"],
    ["alter table p detach partition c concurrently", "statements"],
    ["alter table p detach partition c", "transaction"],
    ["create index i on t (a); alter type mood add value 'x'", "transaction"],
    ["do $$ begin update t set a = 1; commit; end $$", "statements"],
    ["do $$ begin update t set a = 'commit'; end $$", "transaction"],
    ["begin; create table t (a int); commit", "transaction"],
    ["begin; create table t (a int); commit; begin; create table u (a int); commit", "statements"],
    ["savepoint a; create table t (a int); rollback to savepoint a", "transaction"],
  ])("%s runs as %s", async (sql, mode) => {
    expect((await readScript(sql)).mode).toBe(mode);
  });

  it("names the line of a syntax error, also after characters of several bytes", async () => {
    const { defect } = await readScript("-- größe ✓ 𝄞\nselect 1;\n\nselect 'é' frm t where;\n");
    expect(defect).toMatchObject({ line: 4, message: expect.stringMatching(/syntax error/) });
  });

  it("of nothing but comments is a defect", async () => {
    for (const text of ["", "  \n", "-- nothing\n", "/* a */", "begin; commit;"])
      expect((await readScript(text)).defect).toBeDefined();
  });

  it("turns the database's position into a line by characters", async () => {
    const [statement] = (await readScript("\n\nselect '𝄞',\n  nope\nfrom t")).statements;
    if (statement === undefined) throw new Error("no statement");
    expect(lineAt(statement, [...statement.text].indexOf("n") + 1)).toBe(4);
    expect(lineAt(statement, undefined)).toBe(3);
  });
});

describe("a folder of migrations", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-plan-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const made = async (files: Record<string, string | Buffer>): Promise<string> => {
    const directory = await mkdtemp(join(folder, "m-"));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(directory, name, ".."), { recursive: true });
      await writeFile(join(directory, name), content);
    }
    return directory;
  };

  it("is read in the order of names, with Prisma's checksums, whatever the line ends", async () => {
    const directory = await made({
      "2_b/migration.sql": "select 1;\nselect 2;\n",
      "10_a/migration.sql": "select 1;",
      "migration_lock.toml": 'provider = "postgresql"',
    });
    const plan = await readMigrationFolder("prisma", directory);
    expect(plan.migrations.map(({ name }) => name)).toEqual(["10_a", "2_b"]);
    expect(plan.lockFile).toContain("postgresql");
    const [, second] = plan.migrations;
    const crlf = await readMigrationFolder("prisma", await made({ "2_b/migration.sql": "select 1;\r\nselect 2;\r\n" }));
    if (second === undefined || crlf.migrations[0] === undefined) throw new Error("not read");
    expect(sameScript(second, crlf.migrations[0].checksum)).toBe(true);
    expect(sameScript(second, "0".repeat(64))).toBe(false);
  });

  it("is refused where a link leads out, a file is missing, too large or not UTF-8", async () => {
    const outside = await made({ "secret.sql": "select 1" });
    const linked = await made({ "a.sql": "select 1" });
    await symlink(join(outside, "secret.sql"), join(linked, "b.sql"));
    expect((await refusal(readMigrationFolder("sql", linked))).message).toMatch(/leads out of its folder/);
    const folderLink = await made({ "1_a/migration.sql": "select 1" });
    await mkdir(join(outside, "1_x"));
    await writeFile(join(outside, "1_x", "migration.sql"), "select 1");
    await symlink(join(outside, "1_x"), join(folderLink, "2_b"));
    expect((await refusal(readMigrationFolder("prisma", folderLink))).message).toMatch(/leads out of its folder/);
    const empty = await made({ "1_a/readme.md": "" });
    expect((await refusal(readMigrationFolder("prisma", empty))).message).toMatch(/file is missing/);
    const large = await made({ "a.sql": Buffer.alloc(5_000_001, "-") });
    expect((await refusal(readMigrationFolder("sql", large))).message).toMatch(/6 MB; at most 5 MB/);
    const latin = await made({ "a.sql": Buffer.from([0x2d, 0x2d, 0xe9]) });
    expect((await refusal(readMigrationFolder("sql", latin))).message).toMatch(/not UTF-8/);
    expect((await refusal(readMigrationFolder("sql", join(folder, "nope")))).message).toMatch(/cannot be read/);
    const inside = await made({ "real.sql": "select 1" });
    await symlink(join(inside, "real.sql"), join(inside, "z.sql"));
    expect((await readMigrationFolder("sql", inside)).migrations).toHaveLength(2);
  });
});
