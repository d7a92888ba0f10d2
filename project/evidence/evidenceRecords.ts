import { appendFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { readEvidenceBytes } from "./evidenceFile.ts";

/** What `greenlight evidence add` says of a file: which item it is for, of which commit it speaks, and when it was made. */
export const evidenceRecord = z.strictObject({
  item: z.string().min(1).max(100),
  /** Relative to the project. */
  file: z.string().min(1).max(1_000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  at: z.iso.datetime({ offset: true }),
  by: z.string().min(1).max(200),
});
export type EvidenceRecord = z.infer<typeof evidenceRecord>;

/** Largest file of records that is read: 4 MiB. */
export const recordsLimit = 4 * 1024 * 1024;

/** The records of one version: `<releases>/<version>.evidence.jsonl`, one a line, the newest last. */
export class EvidenceRecords {
  readonly path: string;
  readonly #project: string;

  constructor(project: string, releases: string, version: string) {
    this.#project = project;
    this.path = join(project, releases, `${version}.evidence.jsonl`);
  }

  /**
   * What is recorded; a line that is no record is told, not left out in silence. The records are held to what evidence is: a regular
   * file of the project.
   */
  read(): { readonly records: readonly EvidenceRecord[]; readonly problem?: string } {
    const read = readEvidenceBytes(this.#project, this.path, recordsLimit);
    if ("absent" in read) return { records: [] };
    if ("problem" in read) return { records: [], problem: `the evidence records cannot be taken: ${read.problem}` };
    const records: EvidenceRecord[] = [];
    for (const [index, line] of read.bytes.toString("utf8").split("\n").entries()) {
      if (line.trim() === "") continue;
      const parsed = evidenceRecord.safeParse(parseJson(line));
      if (!parsed.success) return { records: [], problem: `line ${index + 1} of the evidence records is no record` };
      records.push(parsed.data);
    }
    return { records };
  }

  append(record: EvidenceRecord): void {
    appendFileSync(this.path, `${JSON.stringify(evidenceRecord.parse(record))}\n`);
  }
}

/** The newest record of a file for an item. */
export function recordOf(
  records: readonly EvidenceRecord[],
  item: string,
  project: string,
  path: string,
): EvidenceRecord | undefined {
  const file = relative(project, path);
  return records.findLast((it) => it.item === item && it.file === file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON is no record
  }
}
