import { dirname, join } from "node:path";
import type { EvidenceFact } from "../../release/checklist/evidence.ts";
import { sentence } from "../../release/problem.ts";
import { resolveInside } from "../../release/projectPath.ts";
import { readEvidenceBytes } from "./evidenceFile.ts";
import { type EvidenceRecord, EvidenceRecords, recordOf } from "./evidenceRecords.ts";

/** A reader of one kind of evidence: bytes to what they say. Throws, with a sentence, what it does not understand. */
export type EvidenceReader<S> = (bytes: Buffer, name: string) => S;

/** Evidence of one version, as files of the project and what is recorded of them. */
export class EvidenceFiles {
  readonly #project: string;
  readonly #manifestDir: string;
  readonly #records: { readonly records: readonly EvidenceRecord[]; readonly problem?: string };

  /** @param manifestFile relative to the project */
  constructor(project: string, releases: string, version: string, manifestFile: string) {
    this.#project = project;
    this.#manifestDir = join(project, dirname(manifestFile));
    this.#records = new EvidenceRecords(project, releases, version).read();
  }

  /** Reads the files that a manifest names for an item. Never throws: what is wrong with a file is said in its fact. */
  read<S>(item: string, files: readonly string[], reader: EvidenceReader<S>): (EvidenceFact & { summary?: S })[] {
    return files.map((file) => this.#one(item, file, reader));
  }

  #one<S>(item: string, file: string, reader: EvidenceReader<S>): EvidenceFact & { summary?: S } {
    let path: string;
    try {
      path = resolveInside(this.#project, this.#manifestDir, file, `evidence.${item}`);
    } catch (error) {
      return { source: file, problem: sentence(error).split("\n")[0] ?? "its path is not taken" };
    }
    const read = readEvidenceBytes(this.#project, path);
    if ("problem" in read) return { source: read.source, problem: read.problem };
    const { source, bytes, sha256 } = read;
    const fact = { source, sha256, bytes: bytes.length };
    if (this.#records.problem !== undefined) return { ...fact, problem: this.#records.problem };
    const record = recordOf(this.#records.records, item, this.#project, path);
    if (record !== undefined && record.sha256 !== sha256) {
      return { ...fact, problem: "it was changed after it was recorded" };
    }
    const bound = record === undefined ? fact : { ...fact, commit: record.commit, at: record.at };
    try {
      return { ...bound, summary: reader(bytes, source) };
    } catch (error) {
      return { ...bound, problem: sentence(error).slice(0, 2_000) };
    }
  }
}
