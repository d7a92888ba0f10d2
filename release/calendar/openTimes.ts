import { clip, merged, type Span, without } from "./spans.ts";
import type { TeamCalendar } from "./teamCalendar.ts";
import { dayMs, daysIn, type Stretch, shownRange, weekdayOf, whileClocksShow } from "./zone.ts";

type Window = TeamCalendar["windows"][number];

/** Real time in which a release may run: the windows (without any, all time) but for freezes and holidays. */
export function runningTimes(calendar: TeamCalendar, clocks: readonly Stretch[]): readonly Span[] {
  const closed = calendar.closures.map(spanOf);
  return without(windowTimes(calendar, clocks), closed);
}

/** Real time of the windows; without any, all time. */
export function windowTimes({ windows }: TeamCalendar, clocks: readonly Stretch[]): readonly Span[] {
  return windows.length === 0 ? merged(clocks) : timesOf(windows, clocks);
}

/** Real time in which the end of the day or of the week forbids a start. */
export function endOfDayTimes({ windows, endOfDay }: TeamCalendar, clocks: readonly Stretch[]): readonly Span[] {
  const { after, lastDay, lastDayAfter, weekend } = endOfDay;
  const days = daysIn(shownRange(clocks));
  const evenings = days.map((day) => {
    const latest = weekdayOf(day) === lastDay ? Math.min(after, lastDayAfter) : after;
    return { from: day * dayMs + latest, until: (day + 1) * dayMs };
  });
  const ends = days
    .filter((day) => weekend.includes(weekdayOf(day)))
    .map((day) => ({ from: day * dayMs, until: (day + 1) * dayMs }));
  const late = timesOf(
    windows.filter((it) => it.late),
    clocks,
  );
  const named = timesOf(
    windows.flatMap((it) => ({ ...it, days: it.days.filter((day) => weekend.includes(day)) })),
    clocks,
  );
  return merged([
    ...without(whileClocksShow(clocks, evenings), late),
    ...without(whileClocksShow(clocks, ends), [...late, ...named]),
  ]);
}

export function spanOf(it: { readonly from: string; readonly until: string }): Span {
  return { from: Date.parse(it.from), until: Date.parse(it.until) };
}

/**
 * The first moment from `now` on at which a release may start and has `durationMs` of real time left.
 *
 * @param forbidden when no start is allowed
 */
export function firstOpening(
  running: readonly Span[],
  forbidden: readonly Span[],
  now: number,
  durationMs: number,
): number | undefined {
  for (const span of running) {
    const starts = clip({ from: Math.max(span.from, now), until: span.until - durationMs + 1 }, span);
    const [first] = starts === undefined ? [] : without([starts], forbidden);
    if (first !== undefined) return first.from;
  }
  return undefined;
}

function timesOf(windows: readonly Window[], clocks: readonly Stretch[]): readonly Span[] {
  if (windows.length === 0 || clocks.length === 0) return [];
  const { from, until } = shownRange(clocks);
  const shown = daysIn({ from: from - dayMs, until }).flatMap((day) =>
    windows
      .filter((it) => it.days.includes(weekdayOf(day)))
      .map((it) => ({
        from: day * dayMs + it.from,
        until: (it.until > it.from ? day : day + 1) * dayMs + it.until,
      })),
  );
  return whileClocksShow(clocks, shown);
}
