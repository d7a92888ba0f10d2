import { readFileSync } from "node:fs";

/**
 * Whether a process still does something. One that has ended does not, also while nobody has asked how it ended: in a container whose first
 * process asks for nothing, it stays in the list for good.
 */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !hasEnded(pid);
}

/** By Linux's own word; elsewhere nothing says so, and what is in the list lives. */
function hasEnded(pid: number): boolean {
  try {
    // `pid (name) state …`; a name may hold anything.
    const [, state] = /\)\s+(\S)[^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
    return state === "Z" || state === "X";
  } catch {
    return false; // no /proc here, or it went this very moment: the next look says so
  }
}
