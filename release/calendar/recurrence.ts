import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";
import type { Span } from "./spans.ts";
import { dayMs } from "./zone.ts";

/** What is taken of RFC 5545: rules that name days. Times of day would only make the work of expanding them unbounded. */
const part =
  /^(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)|(INTERVAL|COUNT)=[1-9]\d{0,3}|UNTIL=\d{8}(T\d{6}Z?)?|WKST=(MO|TU|WE|TH|FR|SA|SU)|BYDAY=[+\-0-9A-Z,]{2,100}|BY(MONTH|MONTHDAY|YEARDAY|WEEKNO|SETPOS)=-?\d{1,3}(,-?\d{1,3}){0,30})$/;

/** Periods that are stepped through at most: every day since 1900, with room. */
const maxIterations = 60_000;

/** Why a recurrence rule is not taken; undefined when it is. */
export function ruleFault(rule: string): string | undefined {
  const parts = rule.split(";");
  if (rule.length > 500 || !parts.every((it) => part.test(it))) {
    return "a rule of days as in RFC 5545, such as FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR";
  }
  const names = parts.map((it) => it.slice(0, it.indexOf("=")));
  if (!names.includes("FREQ") || new Set(names).size < names.length) return "FREQ, and each part once";
  try {
    expander(rule, 0);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : "no rule of RFC 5545";
  }
}

/**
 * The days, counted since 1970, on which a rule of days holds.
 *
 * @param first day on which it begins; itself one of them only when the rule says so
 * @param within local milliseconds
 * @throws Error for a rule that is not taken or would take too long to expand
 */
export function daysOfRule(rule: string, first: number, within: Span): readonly number[] {
  const fault = ruleFault(rule);
  if (fault !== undefined) throw new Error(`${rule.slice(0, 100)} is not taken: expected ${fault}`);
  return expander(rule, first)
    .between(new Date(within.from), new Date(within.until), true)
    .map((it) => Math.floor(it.epochMilliseconds / dayMs));
}

/**
 * The moments at which something that began at a time of a zone begins again.
 *
 * @param first when it began first, milliseconds since 1970
 * @throws as {@link daysOfRule}
 */
export function momentsOfRule(rule: string, first: number, zone: string, within: Span): readonly number[] {
  const fault = ruleFault(rule);
  if (fault !== undefined) throw new Error(`${rule.slice(0, 100)} is not taken: expected ${fault}`);
  const dtstart = Temporal.Instant.fromEpochMilliseconds(first).toZonedDateTimeISO(zone);
  return new RRuleTemporal({ rruleString: rule, dtstart, temporal: Temporal, maxIterations })
    .between(new Date(within.from), new Date(within.until), true)
    .map((it) => it.epochMilliseconds);
}

/** Days are moments of UTC here, where each has 24 hours. */
function expander(rule: string, first: number): RRuleTemporal<Temporal.ZonedDateTime> {
  const dtstart = Temporal.Instant.fromEpochMilliseconds(first * dayMs).toZonedDateTimeISO("UTC");
  return new RRuleTemporal({ rruleString: rule, dtstart, temporal: Temporal, maxIterations });
}
