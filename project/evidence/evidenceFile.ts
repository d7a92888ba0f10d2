import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { isInside } from "../../release/projectPath.ts";

/** Largest file that is taken as evidence: 64 MiB. */
export const evidenceLimit = 64 * 1024 * 1024;

/** A file as it was read, or why it was not taken. */
export type EvidenceBytes =
  | { readonly source: string; readonly bytes: Buffer; readonly sha256: string }
  | { readonly source: string; readonly problem: string }
  /** There is no such file, or there is nothing in it. */
  | { readonly source: string; readonly problem: string; readonly absent: true };

/**
 * Reads a file of the project as evidence: a regular, non-empty file whose real path lies in the project.
 *
 * @param path absolute
 * @param limit in bytes; whole MiB
 */
export function readEvidenceBytes(project: string, path: string, limit = evidenceLimit): EvidenceBytes {
  const source = relative(project, path);
  let file: number | undefined;
  try {
    const real = realpathSync(path);
    if (!isInside(realpathSync(project), real)) {
      return { source, problem: "it leads out of the project through a symbolic link" };
    }
    // A pipe would be waited for; what was opened is what is judged, whatever the name leads to by then.
    file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile()) return { source, problem: "it is not a regular file" };
    if (size === 0) return { source, problem: "it is empty", absent: true };
    if (size > limit) return { source, problem: `it is larger than ${limit / 1024 / 1024} MiB` };
    const bytes = readFileSync(file);
    return { source, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { source, problem: "there is no such file", absent: true };
    return { source, problem: `it cannot be read: ${code ?? message}` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
