import { brief, type MigrationFinding } from "../../release/migrationSafety/finding.ts";
import { judgeMigrations } from "../../release/migrationSafety/judgeMigrations.ts";
import { parseMigration } from "../../release/migrationSafety/parseMigration.ts";
import { editedApplied } from "../../release/migrationSafety/rules/releaseRules.ts";
import type { Migration, MigrationSource, Runner } from "../../release/migrationSafety/statement.ts";
import type { ReleaseMigrationFiles } from "./releaseMigrations.ts";

/** What the rules find in a release's migrations, and how many statements they were given. */
export async function findUnsafe({ live, pending, edited, runner }: ReleaseMigrationFiles): Promise<{
  readonly findings: MigrationFinding[];
  readonly statements: number;
}> {
  const { id, why, rewrite } = editedApplied;
  const released = live === undefined ? undefined : await parsed(live.migrations, runner);
  const added = await parsed(pending, runner);
  const changed = edited.map((name): MigrationFinding => {
    const subject = brief(`${name} is not as ${live?.version ?? "the live version"} has it`, 300);
    return { rule: id, migration: brief(name, 300), statement: 0, line: 1, text: "", subject, why, rewrite };
  });
  return {
    findings: [...changed, ...judgeMigrations({ released, pending: added, runner })],
    statements: added.reduce((sum, { statements }) => sum + statements.filter((it) => !it.inBlock).length, 0),
  };
}

async function parsed(sources: readonly MigrationSource[], runner: Runner): Promise<Migration[]> {
  const all: Migration[] = [];
  for (const source of sources) all.push(await parseMigration(source, runner));
  return all;
}
