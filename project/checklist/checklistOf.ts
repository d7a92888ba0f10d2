import { setMaxListeners } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Settings } from "../../config.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { readJournal } from "../../release/journal.ts";
import type { JournalRecord } from "../../release/journalRecord.ts";
import { EvidenceFiles } from "../evidence/readEvidence.ts";
import { expectReports } from "../evidence/reading/readAside.ts";
import { Git } from "../git.ts";
import { type AskedPlatform, askedPlatform } from "../platform/platform.ts";
import { type ProjectManifest, readManifest } from "../readManifest.ts";
import { gatherers } from "./gatherers.ts";
import { gatherFacts } from "./gatherFacts.ts";
import type { Gatherers, Gathering } from "./gathering.ts";

export interface ChecklistOf {
  /** Absolute folder of the project. */
  readonly project: string;
  readonly stack: string;
  readonly settings: Settings;
  readonly version: string;
  /** `review`: nothing is applied, so what belongs to the day is not judged yet. */
  readonly phase: ChecklistFacts["phase"];
  /** Left out, the one that the settings name. */
  readonly platform?: AskedPlatform;
  readonly live?: Gathering["live"];
  readonly signal: AbortSignal;
}

/** Everything that a version's checklist is judged by, as it is now. @throws Problem for a manifest that cannot be read */
export async function checklistOf(it: ChecklistOf): Promise<ChecklistFacts> {
  const { project, stack, settings, version, signal } = it;
  const home = resolve(project, settings.folder);
  const dir = join(home, stack);
  const platform = it.platform ?? (await askedPlatform({ project, stack, dir, settings, signal }));
  const live = it.live ?? (it.phase === "day" ? platform.health() : undefined);
  const manifest: ProjectManifest = readManifest(project, settings.releases, version);
  // Every question to git listens to it, many at a time: that is no leak, of which Node would warn in the middle of the answer.
  setMaxListeners(0, signal);
  const git = new Git(project, signal, "remembering");
  // A process is the slower to start the more memory this one has: large reports are read when git has answered, and by threads that
  // began meanwhile.
  const evidence = new EvidenceFiles(project, settings.releases, version, manifest.file, () =>
    git.quiet(longestWaitMs),
  );
  expectReports(
    evidence.large(
      Object.values(manifest.manifest.evidence).flatMap((it) => (it !== undefined && "files" in it ? it.files : [])),
    ),
  );
  return gatherFacts(
    {
      project,
      stack,
      dir,
      settings,
      manifest,
      platform,
      evidence,
      git,
      live,
      journal: journalIn(join(home, "journals", `${stack}.jsonl`)),
      now: new Date(),
      signal,
    },
    it.phase === "day" ? gatherers : gatheredForReview(),
    it.phase,
  );
}

/** What belongs to the day is not judged in a review. */
function gatheredForReview(): Gatherers {
  const onTheDay = new Set<string>(checklistItems.filter(({ when }) => when !== "review").map(({ id }) => id));
  return Object.fromEntries(Object.entries(gatherers).filter(([id]) => !onTheDay.has(id)));
}

/** How long a question to git may hold up the reading of reports, ms. */
const longestWaitMs = 1_000;

/** Largest journal that is read as evidence, some hundred thousand records: 64 MiB. */
export const journalLimit = 64 * 1024 * 1024;

/** A journal that somebody changed, that is no plain file or too large to be read proves nothing: then it is as if there were none. */
function journalIn(path: string): readonly JournalRecord[] {
  try {
    const { size } = statSync(path);
    if (!statSync(path).isFile() || size > journalLimit) return [];
    const { records, problems } = readJournal(readFileSync(path, "utf8"));
    return problems.length === 0 ? records : [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
