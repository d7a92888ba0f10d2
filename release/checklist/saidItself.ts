import { clockSkew, type EvidenceFact, refusalOf } from "./evidence.ts";
import type { Judging } from "./item.ts";

/** A time without a zone, read as UTC, may be off by as much as this. Milliseconds. */
const zoneSlack = 14 * 3_600_000;

/** What a report says of itself, where its format has it. */
export interface SaidItself {
  /** ISO time at which it was begun or made. */
  readonly at?: string | undefined;
  /** False when that time came without its zone and was read as UTC. */
  readonly zoned?: boolean | undefined;
  /** The revision that it speaks of, as written. */
  readonly commit?: string | undefined;
}

/**
 * Why a report, by its own words, is not of this release; undefined when its words agree with its record, or it has none. Its record
 * was judged before, so a report of last month that was recorded today is found here.
 */
export function contradictionOf(
  it: EvidenceFact,
  said: SaidItself,
  judging: Judging,
  maxAgeMs: number,
): string | undefined {
  if (said.commit !== undefined && !sameCommit(said.commit, judging.commit)) {
    return `${it.source} itself says that it is of revision ${said.commit.slice(0, 40)}`;
  }
  if (said.at === undefined) return undefined;
  const slack = said.zoned === false ? zoneSlack : 0;
  const at = Date.parse(said.at);
  const recorded = it.at === undefined ? Number.POSITIVE_INFINITY : Date.parse(it.at);
  if (at - slack > recorded + clockSkew) {
    return `${it.source} itself says that it is from ${said.at}, after it was recorded (${it.at})`;
  }
  // The kindest reading of a time without a zone, but never one after its record.
  const latest = new Date(Math.min(at + slack, Math.max(at, recorded))).toISOString();
  const refusal = refusalOf({ ...it, at: latest }, judging, maxAgeMs);
  return refusal === undefined ? undefined : `by its own words ${refusal}`;
}

/** Whether a stated revision is that commit; it may be shortened, down to 7 digits. */
function sameCommit(stated: string, commit: string | undefined): boolean {
  const text = stated.trim().toLowerCase();
  return commit !== undefined && /^[0-9a-f]{7,40}$/.test(text) && commit.startsWith(text);
}
