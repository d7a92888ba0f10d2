import type { AnnouncementKind } from "../announcement.ts";
import type { AnnouncementResult, JournalRecord } from "../journalRecord.ts";

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
