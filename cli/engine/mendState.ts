import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { checkpointIn } from "./checkpoint.ts";
import { unreadableName } from "./unreadableName.ts";

/**
 * Puts the state before in the place of one that cannot be read, as an engine leaves it that was killed while it wrote; that one is kept
 * beside. What the killed engine made since is adopted by the next update, as after any engine that ended before it had written.
 *
 * @param file in which a backend that is a folder keeps a stack's state
 * @returns what was done, in words; undefined where nothing had to be
 * @throws Problem where the state before cannot be read either
 */
export function mendState(file: string, now: Date): string | undefined {
  if (!existsSync(file)) return undefined;
  const broken = readFileSync(file);
  if (checkpointIn(broken) !== undefined || isCompressed(broken)) return undefined;
  const backup = `${file}.bak`;
  const before = existsSync(backup) ? readFileSync(backup) : undefined;
  if (before === undefined || checkpointIn(before) === undefined) {
    throw new Problem({
      happened: "Pulumi's state of the stack cannot be read, and neither can the one before it.",
      where: file,
      untouched: "Nothing was changed; what serves goes on.",
      next: "put the newest file of .pulumi/backups that can be read in its place (docs/rollback.md), then run this again",
      exitCode: exitCodes.failed,
    });
  }
  const kept = unreadableName(file, now);
  writeFileSync(kept, broken, { mode: 0o600 });
  writeFileSync(`${file}.fresh`, before, { mode: 0o600 });
  renameSync(`${file}.fresh`, file);
  return `Pulumi's state could not be read (${broken.length} bytes), as after an engine that was killed while it wrote: the one before it is taken, and the other is kept as ${kept}`;
}

/** Kept in another way, which only the engine reads. */
function isCompressed(bytes: Buffer): boolean {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x28 && bytes[1] === 0xb5);
}
