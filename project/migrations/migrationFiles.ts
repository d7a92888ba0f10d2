import { lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import type { MigrationSource } from "../../release/migrationSafety/statement.ts";
import { isInside } from "../../release/projectPath.ts";
import type { CommittedFile } from "./folderAt.ts";

/** How a release's migrations are kept. */
export type MigrationTool = "prisma" | "sql" | "command";

/** Migrations of a folder, and files that are no SQL and may be migrations all the same. */
export interface MigrationFiles {
  readonly migrations: readonly (MigrationSource & { readonly path: string })[];
  readonly unread: readonly CommittedFile[];
}

/** What a program may take for a migration besides SQL. */
const code = /\.([cm]?[jt]s|py|rb|go|java|kt|cs|php|exs?|xml|ya?ml)$/i;
/** The way back, kept beside the way there. */
const undoing = /(^|[/._-])(down|undo|rollback)(\.|\/|$)|(^|\/)U\d[^/]*\.sql$/i;

/** Whether a file, by its path in the folder, is a migration or may be one. */
export function isMigrationPath(tool: MigrationTool, path: string): boolean {
  if (tool === "prisma") return /^[^./][^/]*\/migration\.sql$/.test(path);
  if (tool === "sql") return /^[^./][^/]*\.sql$/.test(path);
  if (/(^|\/)(\.|node_modules\/)/.test(path) || undoing.test(path)) return false;
  return /\.sql$/i.test(path) || code.test(path);
}

/** Sorts files of a folder into migrations, in the order in which they are applied, and what cannot be read. */
export function migrationsIn(tool: MigrationTool, files: readonly CommittedFile[]): MigrationFiles {
  const sorted = files
    .filter(({ path }) => isMigrationPath(tool, path))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const isSql = ({ path }: CommittedFile) => /\.sql$/i.test(path);
  return {
    migrations: sorted.filter(isSql).map(({ path, text }) => ({
      name: tool === "prisma" ? path.slice(0, -"/migration.sql".length) : path,
      path,
      text,
    })),
    unread: sorted.filter((file) => !isSql(file)),
  };
}

/** Most files of a folder of migrations, and the largest of them in bytes. */
export const migrationLimits = { files: 10_000, bytes: 5_000_000 } as const;
const { files: mostFiles, bytes: largest } = migrationLimits;

/**
 * Reads the files of a folder for a program of the team's own, at any depth.
 *
 * @throws Error for a file over 5 MB, no UTF-8, a link that leads out, or more than 10 000 files
 */
export function filesOfCommand(folder: string): CommittedFile[] {
  const root = realpathSync(folder);
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .map((path) => path.split(sep).join("/"))
    .filter((path) => isMigrationPath("command", path));
  if (paths.length > mostFiles) throw new Error(`the folder of migrations holds more than ${mostFiles} files`);
  return paths.map((path) => {
    const real = realpathSync(join(root, path));
    if (!isInside(root, real)) throw new Error(`${path} is a link that leads out of the folder of migrations`);
    if (lstatSync(real).size > largest) throw new Error(`${path} is larger than 5 MB`);
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(real)) };
  });
}
