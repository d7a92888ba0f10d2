import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { database } from "../../../project/checklist/database.ts";
import { gatherFacts } from "../../../project/checklist/gatherFacts.ts";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../../release/checklist/judge.ts";
import { Repository } from "../../project/repository.ts";
import { type GatheringOptions, gatheringIn, manifestText, settingsWith } from "../day/gathering.ts";

const init = "CREATE TABLE users (id integer, name varchar(20));\n";
const manifestOf = (version: string, ...more: readonly string[]) =>
  manifestText(...more).replace("version: v1.2.3", `version: ${version}`);
const plan = (tool: string) => `database: { tool: ${tool}, directory: ../db }`;

let repository: Repository;
beforeEach(() => {
  repository = new Repository("alone");
});
afterEach(() => repository.remove());

/** v1.2.2 released with one migration; v1.2.3 adds files. Says the released commit. */
function released(files: Readonly<Record<string, string>>, line = plan("sql")): string {
  repository.write("db/001_init.sql", init);
  repository.commit("releases/v1.2.2.yaml", manifestOf("v1.2.2", line));
  repository.run("tag", "--annotate", "v1.2.2", "--message", "Release 1.2.2");
  for (const [path, text] of Object.entries(files)) repository.write(path, text);
  const commit = repository.commit("changes.txt");
  repository.write("releases/v1.2.3.yaml", manifestText(`commit: ${commit}`, line));
  return commit;
}

/** What the checklist says of an item, from what is really there. */
async function verdict(id: string, options: GatheringOptions = {}): Promise<string> {
  const it = gatheringIn(repository, options);
  const facts = await gatherFacts(it, database, "review");
  const found = judgeChecklist(checklistItems, facts, new Date()).items.find((one) => one.id === id);
  return `${found?.verdict}: ${found?.reason}`;
}

describe("pending migrations", () => {
  it("are those that the live version's tag does not have, and only they are judged", async () => {
    released({ "db/002_age.sql": "ALTER TABLE users ADD COLUMN age integer;\n" });
    expect(await verdict("database/compatible")).toMatch(
      /^pass: 1 migrations with 1 statements, compared with v1\.2\.2/,
    );
    repository.write("db/003_gone.sql", "ALTER TABLE users DROP COLUMN name;\n");
    expect(await verdict("database/compatible")).toMatch(/^fail: .*drop-column at 003_gone\.sql:1 \(users\.name\)/);
  });

  it("know the types of the live version's columns", async () => {
    released({ "db/002_long.sql": "ALTER TABLE users ALTER COLUMN name TYPE text;\n" });
    expect(await verdict("database/compatible")).toMatch(/^pass/);
  });

  it("are none where nothing was added; line ends make no other migration", async () => {
    released({});
    repository.write("db/001_init.sql", init.replaceAll("\n", "\r\n"));
    expect(await verdict("database/compatible")).toMatch(/^not applicable: no migration is pending/);
  });

  it("that were released and edited, or removed, are told", async () => {
    released({ "db/001_init.sql": `${init}CREATE TABLE more (id int);\n` });
    expect(await verdict("database/compatible")).toMatch(/^fail: .*edited-migration at 001_init\.sql/);
    repository.run("rm", "--quiet", "db/001_init.sql");
    repository.write("db/002_other.sql", "SELECT 1;");
    expect(await verdict("database/compatible")).toMatch(/^fail: .*edited-migration at 001_init\.sql/);
  });

  it("are all of them, and nothing blocks, when nothing is live", async () => {
    released({ "db/002_gone.sql": "ALTER TABLE users DROP COLUMN name;\n" });
    const settings = settingsWith({ blue: "v1.2.3" });
    expect(await verdict("database/compatible", { settings })).toMatch(/^pass: 2 migrations .*nothing is live yet/);
    expect(await verdict("database/rollback-script", { settings })).toMatch(/^not applicable/);
  });

  it("are compared with the other environment's version in the update that switches", async () => {
    released({ "db/002_gone.sql": "ALTER TABLE users DROP COLUMN name;\n" });
    const settings = settingsWith({ live: "green", green: "v1.2.3", blue: "v1.2.2" });
    expect(await verdict("database/compatible", { settings })).toMatch(/^fail: .*drop-column/);
  });

  it("are not known where neither commit nor tag says what is live", async () => {
    released({ "db/002_age.sql": "ALTER TABLE users ADD COLUMN age integer;\n" });
    repository.run("tag", "--delete", "v1.2.2");
    expect(await verdict("database/compatible")).toMatch(/^fail: what v1\.2\.2, which is live, has .* not known/);
  });

  it("are not clear where the live version's manifest and tag disagree", async () => {
    const commit = released({ "db/002_gone.sql": "ALTER TABLE users DROP COLUMN name;\n" });
    repository.write("releases/v1.2.2.yaml", manifestOf("v1.2.2", `commit: ${commit}`, plan("sql")));
    expect(await verdict("database/compatible")).toMatch(/^fail: .*not clear: its manifest says commit/);
  });

  it("of a command are its SQL files; its other files are told as unread, and a lock timeout is asked for", async () => {
    const line =
      "database: { tool: command, directory: ../db, command: [migrate], verify: { sql: select 1, expect: '1' } }";
    released(
      { "db/002_age.sql": "ALTER TABLE users ADD COLUMN age integer;\n", "db/002_age.down.sql": "DROP TABLE users;" },
      line,
    );
    expect(await verdict("database/compatible")).toMatch(
      /^fail: 1 of what 1 migrations do .*lock-timeout at 002_age\.sql/,
    );
    repository.write("db/003_code.ts", "export const up = () => {};");
    expect(await verdict("database/compatible")).toMatch(/^fail: 1 files .* no SQL .*003_code\.ts/);
  });

  it("that PostgreSQL does not understand fail", async () => {
    released({ "db/002_bad.sql": "SELECT 1;\nALTER TABEL users;\n" });
    expect(await verdict("database/compatible")).toMatch(/^fail: .*not-readable at 002_bad\.sql:2/);
  });
});

describe("a release without migrations", () => {
  it("has nothing of the group to answer for", async () => {
    released({}, "features: []".replace("features", "team"));
    repository.write("releases/v1.2.3.yaml", manifestText());
    for (const name of ["review", "compatible", "rollback-script", "backup"]) {
      expect(await verdict(`database/${name}`)).toMatch(/^not applicable: the release has no migrations/);
    }
  });
});

describe("review of migration scripts", () => {
  const migration = { "db/002_age.sql": "ALTER TABLE users ADD COLUMN age integer;\n" };

  it("is missing where nobody else signed the commit that brought them", async () => {
    released(migration);
    expect(await verdict("database/review")).toMatch(/^fail: 1 of 1 commits that touch the scripts .*Change changes/);
  });

  it("is there by a Reviewed-by of somebody else, not of the author", async () => {
    released(migration);
    const sign = (who: string) => {
      repository.run("commit", "--quiet", "--amend", "--no-edit", "--trailer", `Reviewed-by: ${who}`);
      const commit = repository.run("rev-parse", "HEAD");
      repository.write("releases/v1.2.3.yaml", manifestText(`commit: ${commit}`, plan("sql")));
    };
    sign("Ann <ann@example.invalid>");
    expect(await verdict("database/review")).toMatch(/^fail/);
    sign("Ben <ben@example.invalid>");
    expect(await verdict("database/review")).toMatch(/^pass: 1 scripts in 1 commits, reviewed by Ben/);
    repository.write("db/002_age.sql", "ALTER TABLE users ADD COLUMN age bigint;\n");
    expect(await verdict("database/review")).toMatch(/^fail: 1 of 1 scripts are not as the released commit/);
  });
});

describe("backup", () => {
  it("is the update's own where the stack has the database, and missing where it has none", async () => {
    released({});
    expect(await verdict("database/backup", { settings: settingsWith({ database: {} }) })).toMatch(
      /^pass: .*update itself/,
    );
    expect(await verdict("database/backup")).toMatch(/^fail: .*no snapshot/);
  });

  it("is none while the last restore drill of the journal failed, and is one again when one passed", async () => {
    released({});
    const drill = (minutes: number, passed: boolean) => ({
      ...{ id: `drill-${minutes}`, at: new Date(Date.now() - minutes * 60_000).toISOString(), by: "ann", pid: 1 },
      ...{
        version: "v1",
        type: "drill" as const,
        kind: "restore" as const,
        passed,
        sentence: "before-v1 was restored",
      },
    });
    const inGraph = { settings: settingsWith({ database: {} }) };
    const failed = [drill(60, true), drill(30, false)];
    expect(await verdict("database/backup", { ...inGraph, journal: failed })).toMatch(
      /^fail: the last restore drill, at .* failed: before-v1 was restored/,
    );
    expect(await verdict("database/backup", { ...inGraph, journal: [...failed, drill(5, true)] })).toMatch(
      /^pass: .*the last restore drill passed/,
    );
  });
});

describe("the shop's migrations", () => {
  it("of v1.1.0 are judged beside v1.0.0, and none of them needs to be allowed", async () => {
    cpSync("examples/shop/prisma", join(repository.folder, "prisma"), { recursive: true });
    const line = (folder: string) => `database: { tool: prisma, directory: ../prisma/${folder} }`;
    repository.commit("releases/v1.2.2.yaml", manifestOf("v1.2.2", line("migrations-v1.0.0")));
    repository.run("tag", "--annotate", "v1.2.2", "--message", "Release 1.2.2");
    repository.write("releases/v1.2.3.yaml", manifestText(line("migrations")));
    const said = await verdict("database/compatible");
    expect(said).toMatch(/^pass: 4 migrations/);
    expect(said).not.toContain("accepted");
  });
});
