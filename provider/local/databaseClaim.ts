import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { databaseFolder } from "./unprivileged.ts";

/** Where the supervisor of the database writes its pid: beside the data, where the unprivileged user may write. */
export function databasePidFile(dir: string): string {
  return join(databaseFolder(dir), "supervisor.pid");
}

/** Says that a stack has used the database in this folder: only its own resource removes it from then on. */
export function claim(home: string): void {
  writeFileSync(join(home, "claimed"), "", { mode: 0o600 });
}

export function isClaimed(home: string): boolean {
  return existsSync(join(home, "claimed"));
}
