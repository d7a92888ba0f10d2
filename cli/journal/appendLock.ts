import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { processLives } from "../../provider/processLives.ts";

/** Appending takes milliseconds; whoever holds the lock for longer than this is stuck. Milliseconds. */
const longest = 5_000;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * One process at a time appends to a journal: an announcement may be made while a release is under way, and each line carries the
 * digest of the line before it. A holder that is dead or stuck is not waited for, because a rollback writes here too.
 */
export function withAppendLock<T>(journal: string, work: () => T): T {
  const path = `${journal}.lock`;
  const until = Date.now() + longest;
  while (!take(path)) {
    if (!holderLives(path) || Date.now() > until) rmSync(path, { force: true });
    else Atomics.wait(pause, 0, 0, 5);
  }
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Unknown is alive: the holder may be about to write its number. */
function holderLives(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return !Number.isInteger(pid) || pid <= 0 || processLives(pid);
  } catch {
    return true; // whoever held it lets go this very moment
  }
}
