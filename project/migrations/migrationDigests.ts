import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { ReleaseMigrationFiles } from "./releaseMigrations.ts";

/** What a drill of a rollback script was played with. */
export interface MigrationDigests {
  /** sha256 (hex) over names and texts of all migrations. */
  readonly migrations: string;
  /** sha256 (hex) of the rollback script; absent when there is none that can be read. */
  readonly script?: string;
}

const largest = 5_000_000;

export function migrationDigests({ all, plan }: Pick<ReleaseMigrationFiles, "all" | "plan">): MigrationDigests {
  const hash = createHash("sha256");
  for (const { name, text } of all) hash.update(`${name}\0${Buffer.byteLength(text)}\0`).update(text);
  const script = plan.rollback === undefined ? undefined : digestOf(plan.rollback);
  return { migrations: hash.digest("hex"), ...(script === undefined ? {} : { script }) };
}

function digestOf(file: string): string | undefined {
  try {
    if (!statSync(file).isFile() || statSync(file).size > largest) return undefined;
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch {
    return undefined; // told as a script that cannot be read
  }
}
