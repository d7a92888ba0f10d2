import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processLives } from "../provider/processLives.ts";

const memory = "/dev/shm";
const prefix = "greenlight-tests-";
/** Bytes: what tests keep at once at most, with room to spare. */
const wanted = 4 * 2 ** 30;

/**
 * A folder for what tests keep for a moment: in memory, where this machine has a file system there that is large enough and runs programs;
 * else where such folders usually are. On a disk's ext4 a new file costs more the more were removed in the last minutes, and tests remove
 * thousands. The folder goes with this process; what one left that was killed, goes with the next.
 */
export function folderInMemory(): string {
  return inMemory() ?? made(tmpdir());
}

function inMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < wanted) return undefined;
    removeLeft(memory);
    const folder = made(memory);
    const program = join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
    execFileSync(program, { stdio: "ignore" });
    return folder;
  } catch {
    return undefined; // no such file system, or one that runs no programs: nothing is lost but time
  }
}

function made(parent: string): string {
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  chmodSync(folder, 0o755); // databases of another user lie below
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

function removeLeft(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !processLives(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
