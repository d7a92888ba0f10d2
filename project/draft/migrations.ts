import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where teams keep migrations, with the tool that reads such a folder. */
const known: readonly (readonly [folder: string, tool: "prisma" | "sql"])[] = [
  ["prisma/migrations", "prisma"],
  ["db/migrations", "sql"],
  ["database/migrations", "sql"],
  ["sql/migrations", "sql"],
  ["migrations", "sql"],
];

/** The folder of a project's migrations, relative to it, and the tool that runs them; undefined when none is found. */
export function findMigrations(
  project: string,
): { readonly tool: "prisma" | "sql"; readonly folder: string } | undefined {
  for (const [folder, tool] of known) {
    const path = join(project, folder);
    if (!existsSync(path) || !statSync(path).isDirectory()) continue;
    const names = readdirSync(path);
    if (tool === "prisma" ? names.includes("migration_lock.toml") : names.some((it) => it.endsWith(".sql"))) {
      return { tool, folder };
    }
  }
  return undefined;
}
