import { type Ending, sayEnding } from "../../release/drillEnding.ts";
import { spokenDuration } from "../../release/duration.ts";
import type { DatabaseMake, Deployed } from "../../release/restoreDrill.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";

/** What `greenlight drill snapshot` saw. */
export interface SeenDrill {
  readonly snapshot: Pick<KeptSnapshot, "identifier" | "takenAt" | "release"> & DatabaseMake;
  /** The database that was made, as it was read back. */
  readonly restored: DatabaseMake & { readonly identifier: string; readonly status: string };
  /** In what it is not what the snapshot has, or not as it was asked for. */
  readonly differences: readonly string[];
  /** What the restored database said; null where it was not asked. */
  readonly verification: DrillVerification | null;
  /** Why it was not asked; null where it was. */
  readonly notVerified: string | null;
  /** What became of that database. */
  readonly ending: Ending;
  readonly tookMs: { readonly restore: number; readonly verify: number; readonly whole: number };
}

export interface DrillVerification extends Deployed {
  readonly taskDefinition: string;
  /** The line by which it is believed; null where it is not. */
  readonly line: string | null;
  /** Why it is not believed; null where it is. */
  readonly fault: string | null;
  /** Where its whole output is. */
  readonly where: string;
}

/** What `greenlight drill snapshot` ends with. */
export interface SnapshotDrillResult extends SeenDrill {
  /** The snapshot came back as a database, where somebody asked that one it answered as it should, and nothing is left but what was asked for. */
  readonly ok: boolean;
  /** How it ended, in words. */
  readonly sentence: string;
}

/** Whether a drill shows what it is for, and the sentence that the journal keeps. */
export function judged(seen: SeenDrill): SnapshotDrillResult {
  const { snapshot, differences, verification, notVerified, tookMs } = seen;
  const size = snapshot.storage === null ? "" : `, ${snapshot.storage} GiB`;
  const of = `${snapshot.identifier} (${snapshot.engine} ${snapshot.version}${size})`;
  const back = `${of} was restored in ${spokenDuration(tookMs.restore)}`;
  if (differences.length > 0) {
    return { ok: false, sentence: `${of} was not restored as it was taken: ${differences.join("; ")}`, ...seen };
  }
  if (verification === null) {
    return { ok: true, sentence: `${back}; only the restore itself was shown: ${notVerified}`, ...seen };
  }
  const { fault, line, environment, version } = verification;
  const who = `${environment} ${version}`;
  if (line === null)
    return { ok: false, sentence: `${back}, and ${who} does not find its data in it: ${fault}`, ...seen };
  return { ok: true, sentence: `${back}, and ${who} says of it: ${line}`, ...seen };
}

/** The result for a person. */
export function drillText(
  { sentence, restored, ending, verification, tookMs }: SnapshotDrillResult,
  original: string,
): string {
  return [
    `${sentence}.`,
    ...(verification === null ? [] : [`What it printed is in ${verification.where}.`]),
    `${restored.identifier} is ${sayEnding(ending)}.`,
    `The drill took ${spokenDuration(tookMs.whole)}. ${original} was only read.`,
  ].join("\n");
}
