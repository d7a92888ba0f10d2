import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";

/** A user without rights, for servers that refuse to run as root; nothing when this process is not root. */
export function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }).trim());
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * Where the database's files go: in the stack's folder, or, for root, where the unprivileged user can reach them
 * whatever folder the project was cloned into.
 */
export function databaseFolder(dir: string): string {
  if (process.getuid?.() !== 0) return join(dir, "postgres");
  return join("/var/lib/greenlight", createHash("sha256").update(dir).digest("hex").slice(0, 16));
}
