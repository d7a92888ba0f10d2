import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EvidenceFact } from "../../release/checklist/evidence.ts";
import { sentence } from "../../release/problem.ts";
import { resolveInside } from "../../release/projectPath.ts";
import { readEvidenceBytes } from "./evidenceFile.ts";
import { type EvidenceRecord, EvidenceRecords, recordOf } from "./evidenceRecords.ts";
import { asideFrom, readAside } from "./reading/readAside.ts";
import type { ReaderName, SummaryOf } from "./reading/readers.ts";

/** A reader of one kind of evidence: bytes to what they say. Throws, with a sentence, what it does not understand. */
export type EvidenceReader<S> = (bytes: Buffer, name: string) => S;

/** Evidence of one version, as files of the project and what is recorded of them. */
export class EvidenceFiles {
  readonly #project: string;
  readonly #manifestDir: string;
  readonly #ready: () => Promise<void>;
  readonly #records: { readonly records: readonly EvidenceRecord[]; readonly problem?: string };

  /**
   * @param manifestFile relative to the project
   * @param ready what is awaited before reports that may be large are read
   */
  constructor(
    project: string,
    releases: string,
    version: string,
    manifestFile: string,
    ready: () => Promise<void> = async () => undefined,
  ) {
    this.#ready = ready;
    this.#project = project;
    this.#manifestDir = join(project, dirname(manifestFile));
    this.#records = new EvidenceRecords(project, releases, version).read();
  }

  /** How many of these files are so large that threads of their own read them. Which may be read at all is said when they are. */
  large(files: readonly string[]): number {
    const size = (file: string) => statSync(join(this.#manifestDir, file), { throwIfNoEntry: false })?.size ?? 0;
    return files.filter((file) => !file.includes("\0") && size(file) >= asideFrom).length;
  }

  /** Reads the files that a manifest names for an item. Never throws: what is wrong with a file is said in its fact. */
  read<S>(item: string, files: readonly string[], reader: EvidenceReader<S>): (EvidenceFact & { summary?: S })[] {
    return files.map((file) => this.#one(item, file, reader));
  }

  /** As {@link read}, for reports that may be large: they are read side by side. @param refs as of the reader of issues */
  async readAside<Name extends ReaderName>(
    item: string,
    files: readonly string[],
    reader: Name,
    refs: readonly string[] = [],
  ): Promise<(EvidenceFact & { summary?: SummaryOf<Name> })[]> {
    await this.#ready();
    return Promise.all(
      files.map(async (file) => {
        const taken = this.#take(item, file);
        const { bytes } = taken.read;
        if (bytes === undefined) return taken.fact;
        try {
          const summary = await readAside({ reader, bytes, refs });
          return { ...taken.fact, summary: summary as SummaryOf<Name> };
        } catch (error) {
          return { ...taken.fact, problem: sentence(error).slice(0, 2_000) };
        }
      }),
    );
  }

  #one<S>(item: string, file: string, reader: EvidenceReader<S>): EvidenceFact & { summary?: S } {
    const { fact, read } = this.#take(item, file);
    if (read.bytes === undefined) return fact;
    try {
      return { ...fact, summary: reader(read.bytes, fact.source) };
    } catch (error) {
      return { ...fact, problem: sentence(error).slice(0, 2_000) };
    }
  }

  /** A file with its record; without bytes when it is not to be read. */
  #take(item: string, file: string): { readonly fact: EvidenceFact; readonly read: { readonly bytes?: Buffer } } {
    const unread = (fact: EvidenceFact) => ({ fact, read: {} });
    let path: string;
    try {
      path = resolveInside(this.#project, this.#manifestDir, file, `evidence.${item}`);
    } catch (error) {
      return unread({ source: file, problem: sentence(error).split("\n")[0] ?? "its path is not taken" });
    }
    const read = readEvidenceBytes(this.#project, path);
    if ("problem" in read) return unread({ source: read.source, problem: read.problem });
    const { source, bytes, sha256 } = read;
    const fact = { source, sha256, bytes: bytes.length };
    if (this.#records.problem !== undefined) return unread({ ...fact, problem: this.#records.problem });
    const record = recordOf(this.#records.records, item, this.#project, path);
    if (record !== undefined && record.sha256 !== sha256) {
      return unread({ ...fact, problem: "it was changed after it was recorded" });
    }
    return { fact: record === undefined ? fact : { ...fact, commit: record.commit, at: record.at }, read: { bytes } };
  }
}
