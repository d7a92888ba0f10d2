import { spokenDuration } from "../duration.ts";
import { endOfDayTimes, firstOpening, runningTimes, spanOf, windowTimes } from "./openTimes.ts";
import { spanAt } from "./spans.ts";
import { horizonMs, type TeamCalendar } from "./teamCalendar.ts";
import { dayMs, sayTime, stretches } from "./zone.ts";

/** What keeps a release from starting. */
export type ClosedBy = "calendar" | "freeze" | "holiday" | "window" | "length" | "end-of-day";

/** Time that a release needs. */
export interface Needed {
  /** Real time. Milliseconds. */
  readonly ms: number;
  /** What takes it, for the reason: `the plan`. */
  readonly of: string;
}

/** Whether a release may start now. */
export interface WindowVerdict {
  readonly open: boolean;
  /** One sentence without a full stop, in the team's local time. */
  readonly reason: string;
  /** Absent when it is open. */
  readonly closedBy?: ClosedBy;
  /** ISO time at which the open time ends that now lies in. */
  readonly until?: string;
  /** ISO time of the next moment at which a start is allowed by everything and the plan fits; absent when there is none in sight. */
  readonly nextOpening?: string;
}

/**
 * Whether a team's windows, freezes and holidays let a release run from now on for as long as its plan takes, in real hours: on a
 * day on which the clocks change a window from 02:00 to 04:00 has one hour or three. The end-of-day rule is judged apart, by
 * {@link judgeEndOfDay}; `nextOpening` heeds both.
 *
 * Nobody asks this before a rollback: the way back is open at any hour, which is for the caller to see to.
 *
 * @param needed real time that the plan takes, or what is left of it: milliseconds, or with its name
 */
export function judgeWindow(calendar: TeamCalendar, now: Date, needed: number | Needed): WindowVerdict {
  const { ms: durationMs, of } = named(needed);
  const seen = lookAt(calendar, now, durationMs);
  if (seen === undefined) return unknownTime(calendar, now);
  const { zone } = calendar;
  const whose = calendar.team === undefined ? "the calendar" : calendar.team;
  const closed = calendar.closures.find((it) => spanAt([spanOf(it)], now.getTime()) !== undefined);
  if (closed !== undefined) {
    const what = closed.kind === "freeze" ? "is frozen" : "has a holiday";
    const till = sayTime(Date.parse(closed.until), zone);
    return seen.closed(closed.kind, `${whose} ${what} until ${till}: ${closed.name}`);
  }
  const running = spanAt(seen.running, now.getTime());
  if (running === undefined) {
    return seen.closed("window", `no window of ${whose} is open at ${sayTime(now.getTime(), zone)}`);
  }
  const until = new Date(running.until).toISOString();
  const left = running.until - now.getTime();
  if (left < durationMs) {
    const why = spanAt(seen.windows, running.until) === undefined ? "the window closes" : "a freeze or holiday begins";
    return {
      ...seen.closed(
        "length",
        `${of} takes ${spokenDuration(durationMs)}, but ${why} in ${spokenDuration(left)}, at ${sayTime(running.until, zone)}`,
      ),
      until,
    };
  }
  const open =
    calendar.windows.length === 0
      ? `no window is configured for ${whose}, no freeze and no holiday holds`
      : `open until ${sayTime(running.until, zone)}`;
  return { open: true, reason: `${open}; ${of} takes ${spokenDuration(durationMs)}`, until };
}

/**
 * Whether it is too late in the day or in the week to start: by default from 15:00 local time on, on Friday from 12:00, and on a weekend
 * unless a window names the day. It concerns the start only.
 */
export function judgeEndOfDay(calendar: TeamCalendar, now: Date, needed: number | Needed): WindowVerdict {
  const { ms: durationMs } = named(needed);
  const seen = lookAt(calendar, now, durationMs);
  if (seen === undefined) return unknownTime(calendar, now);
  const at = sayTime(now.getTime(), calendar.zone);
  const late = spanAt(seen.late, now.getTime());
  if (late !== undefined) return seen.closed("end-of-day", `${at} is at the end of the day or of the week`);
  const next = seen.late.find((it) => it.from > now.getTime());
  return {
    open: true,
    reason: `${at} is early enough${next === undefined ? "" : `: a start is allowed until ${sayTime(next.from, calendar.zone)}`}`,
    ...(next === undefined ? {} : { until: new Date(next.from).toISOString() }),
  };
}

function named(needed: number | Needed): Needed {
  return typeof needed === "number" ? { ms: needed, of: "the plan" } : needed;
}

function lookAt(calendar: TeamCalendar, now: Date, durationMs: number) {
  const at = now.getTime();
  const until = Math.min(Date.parse(calendar.knownUntil), at + horizonMs);
  if (at < Date.parse(calendar.knownFrom) || at >= until) return undefined;
  const clocks = stretches(calendar.zone, { from: at - dayMs, until });
  const running = runningTimes(calendar, clocks);
  const late = endOfDayTimes(calendar, clocks);
  const opening = firstOpening(running, late, at, durationMs);
  const next = opening === undefined ? {} : { nextOpening: new Date(opening).toISOString() };
  const said =
    opening === undefined
      ? `no opening for ${spokenDuration(durationMs)} until ${sayTime(until, calendar.zone)}`
      : `next opening ${sayTime(opening, calendar.zone)}`;
  return {
    running,
    late,
    windows: windowTimes(calendar, clocks),
    closed: (closedBy: ClosedBy, reason: string): WindowVerdict => ({
      open: false,
      closedBy,
      reason: `${reason}; ${said}`,
      ...next,
    }),
  };
}

function unknownTime({ knownFrom, knownUntil }: TeamCalendar, now: Date): WindowVerdict {
  return {
    open: false,
    closedBy: "calendar",
    reason: `the calendar was worked out from ${knownFrom} to ${knownUntil}, and it is ${now.toISOString()}`,
  };
}
