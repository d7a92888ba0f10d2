import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** sha256 (hex) over names and contents of all files of a folder, whatever their order on disk. */
export function digestFolder(folder: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const name of names) {
    const content = readFileSync(name);
    hash.update(`${name.slice(folder.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
