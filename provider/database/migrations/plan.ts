import { createHash } from "node:crypto";
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { readScript, type Script } from "./script.ts";

/** How migrations are kept: Prisma's `<name>/migration.sql`, or plain `*.sql` files in one folder. */
export type MigrationLayout = "prisma" | "sql";

/** One migration of a folder. */
export interface PlannedMigration {
  /** Prisma: the folder's name. SQL: the file's name. */
  readonly name: string;
  readonly file: string;
  /** sha256 of the file's text, as Prisma computes it. */
  readonly checksum: string;
  /** Other checksums that count as the same file: with the other kind of line ends. */
  readonly sameAs: readonly string[];
  readonly text: string;
  readonly script: Script;
}

/** A folder of migrations, in the order in which they are applied. */
export interface MigrationPlan {
  readonly layout: MigrationLayout;
  readonly directory: string;
  readonly migrations: readonly PlannedMigration[];
  /** Prisma's migration_lock.toml, if there is one. */
  readonly lockFile?: string;
}

const largest = 5_000_000;
const mostFiles = 10_000;

/**
 * Reads a folder of migrations and runs nothing. Refuses a link that leads out of the folder, a file over 5 MB, text that
 * is not UTF-8. A script that is empty or cannot be parsed carries its `defect`: it matters only if it must still be applied.
 */
export async function readMigrationFolder(layout: MigrationLayout, directory: string): Promise<MigrationPlan> {
  const folder = resolve(directory);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw refused("The folder of migrations cannot be read.", folder, "Check the setting; it must be a folder.", error);
  });
  const names = entries.map((entry) => entry.name).filter((name) => !name.startsWith("."));
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (names.length > mostFiles)
    throw refused(`The folder of migrations holds more than ${mostFiles} entries.`, folder, "Check the setting.");
  const root = await realpath(folder);
  const migrations: PlannedMigration[] = [];
  for (const name of names) {
    const file = await fileOf(layout, folder, name);
    if (file === undefined) continue;
    migrations.push(await readMigration(name, file, root, layout));
  }
  const lock =
    layout === "prisma" && names.includes("migration_lock.toml") ? join(folder, "migration_lock.toml") : undefined;
  const lockFile = lock === undefined ? undefined : await readInside(lock, root);
  return { layout, directory: folder, migrations, ...(lockFile === undefined ? {} : { lockFile }) };
}

async function fileOf(layout: MigrationLayout, folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  if (layout === "sql") return name.endsWith(".sql") ? path : undefined;
  const followed = await realpath(path).then(lstat, () => undefined);
  if (followed === undefined)
    throw refused(`The migration ${name} is a link that leads nowhere.`, path, "Remove the link.");
  return followed.isDirectory() ? join(path, "migration.sql") : undefined;
}

async function readMigration(
  name: string,
  file: string,
  root: string,
  layout: MigrationLayout,
): Promise<PlannedMigration> {
  const text = await readInside(file, root);
  const withLf = text.replaceAll("\r\n", "\n");
  const sums = [text, withLf, withLf.replaceAll("\n", "\r\n")].map(sha256);
  const [checksum = "", ...sameAs] = sums;
  const script = await readScript(layout === "sql" ? text.replace(/^\uFEFF/, "") : text);
  return { name, file, checksum, sameAs, text, script };
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** Reads a text file that must lie in `root`, links followed. */
export async function readInside(file: string, root: string): Promise<string> {
  const real = await realpath(file).catch((error: unknown) => {
    throw refused("A migration's file is missing.", file, "Add the file or remove its folder.", error);
  });
  const inside = relative(root, real);
  if (inside === ".." || inside.startsWith(`..${sep}`) || resolve(root, inside) !== real) {
    throw refused("A migration is a link that leads out of its folder.", file, "Put the file itself there.");
  }
  const { size } = await lstat(real);
  if (size > largest) {
    throw refused(
      `A migration is ${Math.ceil(size / 1_000_000)} MB; at most 5 MB are read.`,
      file,
      "Load bulk data by other means.",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(real));
  } catch (error) {
    throw refused("A migration is not UTF-8 text.", file, "Save it as UTF-8.", error);
  }
}

function refused(happened: string, where: string, next: string, cause?: unknown): Problem {
  return new Problem({
    happened,
    where,
    untouched: "Nothing was applied.",
    next,
    exitCode: exitCodes.usage,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whether a recorded checksum is that of the migration, whatever its line ends. */
export function sameScript(migration: PlannedMigration, checksum: string): boolean {
  return checksum === migration.checksum || migration.sameAs.includes(checksum);
}
