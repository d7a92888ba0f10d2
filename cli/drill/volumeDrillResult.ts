import type { PlayedRestore } from "../../provider/kubernetes/restore/playRestore.ts";
import { type Ending, sayEnding } from "../../release/drillEnding.ts";
import { spokenDuration } from "../../release/duration.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";

/** What `greenlight drill snapshot` ends with for a VolumeSnapshot. */
export interface VolumeDrillResult {
  /** A database came up from it, all of it could be read, it holds tables, and nothing is left but what was asked for. */
  readonly ok: boolean;
  /** How it ended, in words. */
  readonly sentence: string;
  readonly snapshot: Pick<KeptSnapshot, "identifier" | "release" | "takenAt">;
  /** The claim that it was restored into, and what PostgreSQL found on it. */
  readonly restored: {
    readonly claim: string;
    readonly server: string;
    readonly databases: number;
    readonly tables: number;
    readonly rows: number;
    readonly checksums: boolean;
  };
  /** What became of that claim. */
  readonly ending: Ending;
  /** The last lines of the log, which goes with the Job. */
  readonly log: readonly string[];
  readonly tookMs: number;
}

/** Lines of the log that a result keeps. */
const linesKept = 40;

/** Whether a database came up, all of it could be read, and it holds tables: what a snapshot is for. */
export function holdsDatabase({ said: { stage, tables } }: PlayedRestore): boolean {
  return stage === "done" && tables > 0;
}

/** What a drill shows, and the sentence that the journal keeps. */
export function judged(
  { identifier, release, takenAt }: KeptSnapshot,
  played: PlayedRestore,
  { claim, ending, tookMs }: Pick<VolumeDrillResult, "ending" | "tookMs"> & { readonly claim: string },
): VolumeDrillResult {
  const { said, output } = played;
  const { stage, server, databases, tables, rows, checksums } = said;
  const log = output.trimEnd().split("\n");
  const why = log.findLast((line) => /^greenlight: |FATAL|PANIC|error:|ERROR:/.test(line));
  const because = why === undefined ? "" : `: ${why.trim().slice(0, 300)}`;
  const came = `the snapshot ${identifier} came up as PostgreSQL ${server}`;
  const pages = checksums ? "each page as its checksum says" : "its pages have no checksums";
  const sentences = {
    find: `the snapshot ${identifier} holds no whole database${because}`,
    start: `the snapshot ${identifier} did not come up as a database${because}`,
    read: `${came}, and not all of it can be read${because}`,
    done:
      tables === 0
        ? `${came}, and holds no table`
        : `${came}, and all of it could be read (databases: ${databases}, tables: ${tables}, rows: ${rows}); ${pages}`,
  } as const;
  return {
    ok: holdsDatabase(played) && ending !== "still there",
    sentence: sentences[stage],
    snapshot: { identifier, release, takenAt },
    restored: { claim, server, databases, tables, rows, checksums },
    ending,
    log: log.slice(-linesKept),
    tookMs,
  };
}

/** The result for a person. @param original the claim of who serves */
export function textOf({ sentence, restored, ending, tookMs }: VolumeDrillResult, original: string): string {
  return [
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    `The claim ${restored.claim} is ${sayEnding(ending)}.`,
    `The drill took ${spokenDuration(tookMs)}. The claim ${original} was only looked at.`,
  ].join("\n");
}
