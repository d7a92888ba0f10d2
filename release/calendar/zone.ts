import { Temporal } from "temporal-polyfill";
import { clip, merged, type Span } from "./spans.ts";

export const dayMs = 86_400_000;

/**
 * A stretch of real time through which a zone's clocks run without a jump. What the clocks show then, counted as if it were UTC
 * ("local milliseconds"), is the real time plus `offset`.
 */
export interface Stretch extends Span {
  readonly offset: number;
}

/**
 * Real time cut where the zone's clocks jump. With it wall-clock times need no rule for the hour that is missing or comes twice: a
 * window is open exactly while the clocks on the wall show a time of it.
 */
export function stretches(zone: string, { from, until }: Span): readonly Stretch[] {
  const all: Stretch[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  while (at.epochMilliseconds < until) {
    const next = at.getTimeZoneTransition("next");
    const end = next === null ? until : Math.min(until, next.epochMilliseconds);
    all.push({ from: at.epochMilliseconds, until: end, offset: at.offsetNanoseconds / 1e6 });
    if (next === null) break;
    at = next;
  }
  return all;
}

/** The real time while the clocks show one of the given times, each in local milliseconds. */
export function whileClocksShow(all: readonly Stretch[], shown: readonly Span[]): readonly Span[] {
  return merged(
    all.flatMap((stretch) =>
      shown.flatMap((it) => clip({ from: it.from - stretch.offset, until: it.until - stretch.offset }, stretch) ?? []),
    ),
  );
}

/** What the clocks show from the first to the last moment, in local milliseconds. */
export function shownRange(all: readonly Stretch[]): Span {
  return {
    from: Math.min(...all.map((it) => it.from + it.offset)),
    until: Math.max(...all.map((it) => it.until + it.offset)),
  };
}

/** Days since 1970 of the local dates that a range of local milliseconds touches, in order. */
export function daysIn({ from, until }: Span): readonly number[] {
  const first = Math.floor(from / dayMs);
  const last = Math.ceil(until / dayMs);
  return Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
}

/** 1 is Monday, 7 is Sunday; `day` counts days since 1970, which began on a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** `Thu 2026-11-26 15:40 Europe/Berlin`, for people. */
export function sayTime(at: number, zone: string): string {
  const it = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][it.dayOfWeek - 1];
  return `${day} ${it.toPlainDate()} ${it.toPlainTime().toString({ smallestUnit: "minute" })} ${zone}`;
}

/**
 * Whether a text names a zone with a place's own rules (or UTC). An abbreviation such as EST, a bare offset, and `Etc/GMT+5` (which is
 * five hours the other way) are not taken: they know no daylight saving, and often mean another hour than the one that was meant.
 */
export function isZone(text: string): boolean {
  if (text === "UTC" || text === "Etc/UTC") return true;
  if (!/^(?!Etc\/)[A-Z][A-Za-z_-]{1,30}(\/[A-Z][A-Za-z_-]{1,30}){1,2}$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false; // no such zone
  }
}
