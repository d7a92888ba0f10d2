import { isAbsolute, relative, resolve } from "node:path";
import { evidenceLimit, readEvidenceBytes } from "../../project/evidence/evidenceFile.ts";
import { type EvidenceRecord, EvidenceRecords } from "../../project/evidence/evidenceRecords.ts";
import { Git } from "../../project/git.ts";
import { readManifest } from "../../project/readManifest.ts";
import { itemNamed } from "../../release/checklist/items/named.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { isInside } from "../../release/projectPath.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import type { CommandResult } from "../result.ts";

/** A file and the checklist item that it is evidence of. */
export interface NamedEvidence {
  readonly item: string;
  readonly file: string;
}

export interface EvidenceOptions extends GlobalOptions {
  readonly version: string;
  /** What is recorded, each for its item; paths are relative to the caller's folder. */
  readonly evidence: readonly NamedEvidence[];
  /** The commit that they speak of; by default the one that is checked out. */
  readonly commit?: string | undefined;
}

/**
 * What the command line names: an item and its files, or files of several items as `item=file`.
 *
 * @throws Problem for a mixture of the two, or an item without a file
 */
export function namedEvidence(words: readonly string[]): readonly NamedEvidence[] {
  const [first = "", ...files] = words;
  // An item has a slash before any `=`; a path that holds one is told from it by that.
  const pairs = words.map((word) => /^([a-z-]+\/[a-z0-9-]+)=(.+)$/.exec(word));
  if (pairs.every((pair) => pair !== null)) return pairs.map(([, item = "", file = ""]) => ({ item, file }));
  if (pairs[0] === null && files.length > 0) return files.map((file) => ({ item: first, file }));
  throw new Problem({
    happened: "It is not clear which file is evidence of which item.",
    untouched: "Nothing was recorded.",
    next: "name one item and its files (tests/unit a.xml b.xml), or every file with its item (tests/unit=a.xml tests/e2e=b.xml)",
    exitCode: exitCodes.usage,
  });
}

/** Records of which commit files speak, when, and what they hold, so that they are taken as evidence of an item. */
export async function evidenceCommand(
  options: EvidenceOptions,
  signal: AbortSignal,
): Promise<CommandResult<{ ok: true; records: readonly EvidenceRecord[] }>> {
  const context = openContext(options);
  const { project } = context;
  const { releases } = context.settings();
  const { version, evidence } = options;
  for (const { item } of evidence) itemNamed(item);
  readManifest(project, releases, version);
  const commit = await commitOf(new Git(project, signal), options.commit);
  const records = new EvidenceRecords(project, releases, version);
  const made = evidence.map(({ item, file }): EvidenceRecord => {
    const path = isAbsolute(file) ? file : resolve(file);
    if (!isInside(project, path)) throw refused(file, "it is not in the project");
    const read = readEvidenceBytes(project, path);
    if ("problem" in read) throw refused(file, read.problem);
    const at = new Date().toISOString();
    return { item, file: relative(project, path), sha256: read.sha256, commit, at, by: context.by };
  });
  for (const record of made) records.append(record);
  return {
    exitCode: exitCodes.ok,
    json: { ok: true, records: made },
    text: made
      .map(
        (it) =>
          `${it.item}: ${it.file} of commit ${it.commit.slice(0, 12)} is recorded (sha256 ${it.sha256.slice(0, 12)}…)`,
      )
      .join("\n"),
  };
}

/** The full commit that files speak of. What is checked out with changes is no commit: then it must be named. */
async function commitOf(git: Git, named: string | undefined): Promise<string> {
  const commit = await git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", `${named ?? "HEAD"}^{commit}`);
  if (commit === undefined || !/^[0-9a-f]{40}$/.test(commit)) {
    throw new Problem({
      happened:
        named === undefined ? "There is no commit here that evidence could speak of." : `There is no commit ${named}.`,
      untouched: "Nothing was recorded.",
      next: "run it in the project's git repository, or name the commit with --commit",
      exitCode: exitCodes.usage,
    });
  }
  if (named !== undefined) return commit;
  const changed = await git.ask("status", "--porcelain", "--untracked-files=no");
  if (changed === "") return commit;
  throw new Problem({
    happened: "Tracked files are changed, so it is not the checked-out commit that was tested.",
    where: (changed ?? "").split("\n").slice(0, 5).join(", "),
    untouched: "Nothing was recorded.",
    next: "commit first, or name the commit that was tested with --commit",
    exitCode: exitCodes.refused,
  });
}

function refused(file: string, why: string): Problem {
  return new Problem({
    happened: `${file} is not taken as evidence: ${why}.`,
    untouched: "Nothing was recorded.",
    next: `name a file of the project of at most ${evidenceLimit / 1024 / 1024} MiB`,
    exitCode: exitCodes.usage,
  });
}
