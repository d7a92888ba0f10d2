import type { AnnouncementKind } from "../announcement.ts";
import type { AnnouncementResult, JournalRecord } from "../journalRecord.ts";
import { recordsUnderWay } from "../schedule.ts";

/**
 * Recipients that an announcement has reached already, so that it is not made twice: those of this version and kind since the
 * version's present attempt began. A second attempt at releasing a version is announced anew.
 */
export function reachedAlready(
  records: readonly JournalRecord[],
  version: string,
  kind: AnnouncementKind,
): readonly AnnouncementResult[] {
  const own = records.filter((it) => it.version === version);
  const begun = own.findLastIndex((it) => beginsAnew(it, kind));
  return own
    .slice(begun + 1)
    .flatMap((it) => (it.type === "announcement" && it.kind === kind ? (it.results ?? []) : []))
    .filter(({ ok }) => ok);
}

/** What the receiver of a channel calls the maintenance that was announced last; undefined when none was. */
export function maintenanceReference(
  records: readonly JournalRecord[],
  version: string,
  channel: string,
): string | undefined {
  return reachedAlready(records, version, "status-page").findLast(
    (it) => it.channel === channel && it.reference !== undefined,
  )?.reference;
}

function beginsAnew(it: JournalRecord, kind: AnnouncementKind): boolean {
  if (kind === "start" || kind === "complete" || kind === "rollback") {
    return it.type === "release-started" || it.type === "rollback";
  }
  return it.type === "release-ended" && (it.outcome === "released" || it.outcome === "rolled-back");
}

/** An announcement for one recipient, as the journal has it. */
export interface Delivered extends AnnouncementResult {
  readonly version: string;
  readonly by: string;
  readonly text: string;
  /** ISO time of its record, and of the record before that in the journal. */
  readonly recordedAt: string;
  readonly previousAt: string | undefined;
}

/**
 * What became of a kind of announcement for each recipient of each version, in the journal's order: the last one that arrived, else
 * the last one that did not. An announcement is kept as one record a channel, and one that failed may have been sent again.
 */
export function lastDeliveries(records: readonly JournalRecord[], kind: AnnouncementKind): readonly Delivered[] {
  const last = new Map<string, Delivered>();
  records.forEach((it, index) => {
    if (it.type !== "announcement" || it.kind !== kind) return;
    for (const result of it.results ?? []) {
      const key = JSON.stringify([it.version, result.channel, result.to]);
      if (!result.ok && last.get(key)?.ok === true) continue;
      last.delete(key);
      const { version, by, text, at: recordedAt } = it;
      last.set(key, { ...result, version, by, text, recordedAt, previousAt: records[index - 1]?.at });
    }
  });
  return [...last.values()];
}

/** When traffic or database may first have changed in the release under way; undefined before. ISO time. */
export function deploymentBegun(records: readonly JournalRecord[], version: string): string | undefined {
  const own = recordsUnderWay(records);
  if (own[0]?.version !== version) return undefined;
  return own.find((it) => it.type === "phase-started" && it.phase === "deploy")?.at;
}
