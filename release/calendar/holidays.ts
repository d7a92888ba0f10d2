import { Temporal } from "temporal-polyfill";
import { convertIcsEvent, type IcsDateObject, type IcsEvent } from "ts-ics";
import { closuresOf } from "./closures.ts";
import { eventLines } from "./iCalendarText.ts";
import { daysOfRule, momentsOfRule, ruleFault } from "./recurrence.ts";
import { clip, type Span } from "./spans.ts";
import type { Closure } from "./teamCalendar.ts";
import { dayMs, type Stretch, shownRange } from "./zone.ts";

/** Longest event that is taken as a holiday, and the most that repeat in one file. */
const longestMs = 366 * dayMs;
const repeatingLimit = 200;

/**
 * An event of a calendar of holidays. Of whole days: `begin` is local milliseconds, everywhere the same date. With times: `begin` is real
 * time in milliseconds since 1970, and `zone` says where a rule counts its days.
 */
export interface HolidayEvent {
  readonly name: string;
  readonly zone: string | undefined;
  readonly begin: number;
  readonly lengthMs: number;
  /** RRULE of days. */
  readonly rule: string | undefined;
  /** Begins that do not take place, or elsewhere. */
  readonly except: readonly number[];
}

/**
 * Reads an iCalendar file (RFC 5545): whole days and times with their zone, RRULE of days, EXDATE, RECURRENCE-ID and STATUS:CANCELLED.
 * Whether an event counts as busy does not matter: calendars of holidays mostly say that it does not.
 *
 * @throws Error with one sentence for everything else: floating times, RDATE, a zone that is none, a file that was cut off
 */
export function readHolidays(bytes: Uint8Array): readonly HolidayEvent[] {
  const lines = eventLines(bytes);
  const events = lines.map(eventOf);
  const moved = new Map<string, number[]>();
  for (const it of events) {
    if (it.recurrenceId === undefined) continue;
    moved.set(it.uid, [...(moved.get(it.uid) ?? []), beginOf(it.recurrenceId.value).begin]);
  }
  const holidays = events.flatMap((it, index) =>
    it.status === "CANCELLED"
      ? []
      : [holidayOf(it, lines[index] ?? [], it.recurrenceId === undefined ? (moved.get(it.uid) ?? []) : [])],
  );
  if (holidays.filter((it) => it.rule !== undefined).length > repeatingLimit) {
    throw new Error(`it has more than ${repeatingLimit} events that repeat`);
  }
  return holidays;
}

/** The real time that holidays take of the time that was asked about; whole days are those of `zone`. @throws Error naming `file` */
export function holidayClosures(
  events: readonly HolidayEvent[],
  zone: string,
  clocks: readonly Stretch[],
  file: string,
): readonly Closure[] {
  const shown = shownRange(clocks);
  const real = { from: clocks[0]?.from ?? 0, until: clocks.at(-1)?.until ?? 0 };
  return events.flatMap((it) => {
    const range = it.zone === undefined ? shown : real;
    const spans = begins(it, { from: range.from - it.lengthMs, until: range.until }, file).map(
      (from): Span => ({ from, until: from + it.lengthMs }),
    );
    if (it.zone === undefined) return closuresOf("holiday", it.name, spans, clocks);
    return spans
      .flatMap((span) => clip(span, real) ?? [])
      .map((span) => ({
        kind: "holiday" as const,
        name: it.name,
        from: new Date(span.from).toISOString(),
        until: new Date(span.until).toISOString(),
      }));
  });

  function begins(it: HolidayEvent, within: Span, of: string): readonly number[] {
    const first = it.begin < within.until && it.begin >= within.from ? [it.begin] : [];
    if (it.rule === undefined) return first;
    try {
      const again =
        it.zone === undefined
          ? daysOfRule(it.rule, Math.floor(it.begin / dayMs), within).map((day) => day * dayMs)
          : momentsOfRule(it.rule, it.begin, it.zone, within);
      return [...new Set([...first, ...again])].filter((at) => !it.except.includes(at));
    } catch (error) {
      throw new Error(`${of}: ${it.name} in ${zone}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function eventOf(lines: readonly string[]): IcsEvent {
  try {
    return convertIcsEvent(undefined, ["BEGIN:VEVENT", ...lines, "END:VEVENT", ""].join("\r\n"));
  } catch (error) {
    const said =
      error instanceof TypeError || !(error instanceof Error) ? "it is not as RFC 5545 has it" : error.message;
    throw new Error(`an event cannot be read (${lines[0]?.slice(0, 60) ?? ""}): ${said.split("\n")[0]}`);
  }
}

function holidayOf(it: IcsEvent, lines: readonly string[], moved: readonly number[]): HolidayEvent {
  const { begin, zone } = beginOf(it.start);
  const name = nameOf(it.summary);
  const lengthMs = lengthOf(it, begin, zone);
  if (!(lengthMs >= 0 && lengthMs <= longestMs)) throw new Error(`${name} lasts less than nothing or more than a year`);
  const rule = ruleOf(lines, name);
  return {
    name,
    zone,
    begin,
    lengthMs,
    rule,
    except: [...moved, ...(it.exceptionDates ?? []).map((at) => beginOf(at).begin)],
  };
}

/** The rule as it is written, which says more than what a reader makes of it. */
function ruleOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((it) => /^RRULE[;:]/i.test(it));
  if (line === undefined) return undefined;
  const rule = line
    .slice(line.indexOf(":") + 1)
    .trim()
    .toUpperCase();
  const fault = ruleFault(rule);
  if (fault !== undefined)
    throw new Error(`${name} repeats by ${JSON.stringify(rule.slice(0, 100))}; expected ${fault}`);
  return rule;
}

function lengthOf(it: IcsEvent, begin: number, zone: string | undefined): number {
  if (it.end !== undefined && it.end !== null) {
    const end = beginOf(it.end);
    if ((end.zone === undefined) !== (zone === undefined))
      throw new Error("an event begins with a day and ends with a time");
    // Some write the day itself as its end, which is not part of it.
    return zone === undefined ? Math.max(end.begin - begin, end.begin === begin ? dayMs : -1) : end.begin - begin;
  }
  if (it.duration === undefined || it.duration === null) return zone === undefined ? dayMs : 0;
  const { before, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0 } = it.duration;
  if (before) return -1;
  return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000;
}

/** The local time is resolved here, so that a time that comes twice is its first and one that is missing the hour after. */
function beginOf(it: IcsDateObject): { readonly begin: number; readonly zone: string | undefined } {
  if (it.type === "DATE") return { begin: it.date.getTime(), zone: undefined };
  if (it.local === undefined) return { begin: it.date.getTime(), zone: "UTC" };
  const { date, timezone } = it.local;
  const wall = Temporal.PlainDateTime.from(date.toISOString().slice(0, 19));
  return { begin: wall.toZonedDateTime(timezone).epochMilliseconds, zone: timezone };
}

function nameOf(summary: string | undefined): string {
  // A name is shown on one line, and shows what it says.
  const name = (summary ?? "").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return name.trim().slice(0, 200) || "a holiday";
}
