import { dayMs } from "./zone.ts";

/** Milliseconds since midnight of `09:30`; `24:00` is the day's end. Undefined for anything else. */
export function localTime(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match !== null) return (Number(match[1]) * 60 + Number(match[2])) * 60_000;
  return text === "24:00" ? dayMs : undefined;
}

/**
 * Local milliseconds of `2026-12-24` (its begin) or `2026-12-24T12:00`, from 1970 to 9999; undefined for anything else, and for a day
 * that the calendar does not have.
 */
export function localDate(text: string): { readonly at: number; readonly wholeDay: boolean } | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const begin = new Date(Date.UTC(year, month - 1, day));
  if (year < 1970 || begin.getUTCMonth() !== month - 1 || begin.getUTCDate() !== day) return undefined;
  const time = match[4] === undefined ? 0 : localTime(match[4]);
  return time === undefined ? undefined : { at: begin.getTime() + time, wholeDay: match[4] === undefined };
}
