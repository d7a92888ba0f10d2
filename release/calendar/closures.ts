import { localDate } from "./localDate.ts";
import { daysOfRule } from "./recurrence.ts";
import type { FreezeSettings } from "./settings.ts";
import type { Span } from "./spans.ts";
import type { Closure } from "./teamCalendar.ts";
import { dayMs, type Stretch, shownRange, whileClocksShow } from "./zone.ts";

/** The real time that a freeze takes of the time that was asked about. */
export function freezeClosures(freeze: FreezeSettings, clocks: readonly Stretch[]): readonly Closure[] {
  return closuresOf("freeze", freeze.name, freezeTimes(freeze, shownRange(clocks)), clocks);
}

/** Local times as closures, each shown time for itself. */
export function closuresOf(
  kind: Closure["kind"],
  name: string,
  shown: readonly Span[],
  clocks: readonly Stretch[],
): readonly Closure[] {
  return whileClocksShow(clocks, shown).map((it) => ({
    kind,
    name,
    from: new Date(it.from).toISOString(),
    until: new Date(it.until).toISOString(),
  }));
}

/** What the clocks show while a freeze holds, in local milliseconds, at least where `range` is. */
function freezeTimes(freeze: FreezeSettings, range: Span): readonly Span[] {
  if ("everyYear" in freeze) return yearly(freeze.everyYear, range);
  if ("rule" in freeze) {
    const length = freeze.days * dayMs;
    const first = Math.floor((localDate(freeze.start)?.at ?? 0) / dayMs);
    return daysOfRule(freeze.rule, first, { from: range.from - length, until: range.until }).map((day) => ({
      from: day * dayMs,
      until: day * dayMs + length,
    }));
  }
  const [from, until] = [localDate(freeze.from), localDate(freeze.until)];
  return from === undefined || until === undefined
    ? []
    : [{ from: from.at, until: until.wholeDay ? until.at + dayMs : until.at }];
}

/** A first or last day that a year does not have (29 February) is the nearest one inside: 1 March as first, 28 February as last. */
function yearly({ from, until }: { readonly from: string; readonly until: string }, range: Span): readonly Span[] {
  const first = new Date(range.from).getUTCFullYear() - 1;
  const count = new Date(range.until).getUTCFullYear() - first + 1;
  return Array.from({ length: count }, (_, index) => first + index)
    .map((year) => {
      const last = from > until ? year + 1 : year;
      return {
        from: (dayOf(year, from) ?? dayOf(year, "03-01"))?.begin ?? 0,
        until: (dayOf(last, until) ?? dayOf(last, "02-28"))?.end ?? 0,
      };
    })
    .filter((it) => it.from < it.until);
}

function dayOf(year: number, monthAndDay: string): { readonly begin: number; readonly end: number } | undefined {
  const at = localDate(`${String(year).padStart(4, "0")}-${monthAndDay}`)?.at;
  return at === undefined ? undefined : { begin: at, end: at + dayMs };
}
