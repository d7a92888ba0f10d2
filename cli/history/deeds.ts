import type { EnvironmentName } from "../../release/environment.ts";
import type { JournalRecord } from "../../release/journal.ts";

/** One thing that was done to the stack, as the journal tells it. */
export type Deed = ReleaseDeed | MoveDeed | DrillDeed;

interface DeedBase {
  /** ISO time of its beginning. */
  readonly at: string;
  readonly by: string;
  readonly version: string;
}

export interface ReleaseDeed extends DeedBase {
  readonly kind: "release";
  /** ISO time; null while it has not ended. */
  readonly endedAt: string | null;
  /** `open` while it has not ended: under way, or cut off. */
  readonly outcome: "released" | "rolled-back" | "refused" | "failed" | "abandoned" | "open";
  /** How it ended, or the phase it is in, in words. */
  readonly sentence: string;
  readonly verdict: "go" | "no-go" | "undecided" | null;
  /** Others who took it up after it was cut off. */
  readonly alsoBy: readonly string[];
}

export interface MoveDeed extends DeedBase {
  readonly kind: "switch" | "rollback";
  readonly to: EnvironmentName;
  readonly fromVersion: string | null;
  readonly why: string;
  /** What became of the database; null for a switch. */
  readonly database: "kept" | "script" | "snapshot" | null;
}

export interface DrillDeed extends DeedBase {
  readonly kind: "drill";
  readonly what: "rollback" | "restore";
  readonly passed: boolean;
  readonly sentence: string;
}

/** Releases, switches, rollbacks and drills, oldest first. */
export function deedsOf(records: readonly JournalRecord[]): Deed[] {
  const deeds: Deed[] = [];
  const open = new Map<string, number>();
  const change = (version: string, record: JournalRecord, rest: Partial<ReleaseDeed>): void => {
    const index = open.get(version);
    const deed = index === undefined ? undefined : deeds[index];
    if (index === undefined || deed?.kind !== "release") return;
    const known = [deed.by, ...deed.alsoBy].includes(record.by);
    deeds[index] = { ...deed, ...rest, alsoBy: known ? deed.alsoBy : [...deed.alsoBy, record.by] };
  };
  for (const record of records) {
    const { at, by, version } = record;
    switch (record.type) {
      case "release-started":
        // The same release taken up again is not another one.
        if (open.has(version)) {
          change(version, record, {});
          break;
        }
        open.set(version, deeds.length);
        deeds.push({
          kind: "release",
          at,
          by,
          version,
          endedAt: null,
          outcome: "open",
          sentence: "has not ended",
          verdict: null,
          alsoBy: [],
        });
        break;
      case "phase-started":
        change(version, record, { sentence: `has not ended; last in phase ${record.phase}` });
        break;
      case "phase-failed":
        change(version, record, { sentence: `${record.phase} failed: ${record.reason}` });
        break;
      case "verdict":
        change(version, record, { verdict: record.verdict });
        break;
      case "release-ended":
        change(version, record, { endedAt: at, outcome: record.outcome, sentence: record.sentence });
        open.delete(version);
        break;
      case "switch":
      case "rollback":
        deeds.push({
          kind: record.type,
          at,
          by,
          version: record.toVersion,
          to: record.to,
          fromVersion: record.fromVersion ?? null,
          why: record.reason ?? "",
          database: record.type === "rollback" ? record.database : null,
        });
        break;
      case "drill":
        deeds.push({
          kind: "drill",
          at,
          by,
          version,
          what: record.kind,
          passed: record.passed,
          sentence: record.sentence,
        });
        break;
      default:
        change(version, record, {});
    }
  }
  return deeds;
}
