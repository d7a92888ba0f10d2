import { z } from "zod";

const time = z.iso.datetime({ offset: true });

/** A time in which somebody is the first to be called. Without an end it has none; without a beginning it is of old. */
export const shift = z.strictObject({ who: z.string().max(300), from: time.optional(), until: time.optional() });
export type Shift = z.infer<typeof shift>;

/** What an on-call schedule says. */
export const onCallSummary = z.strictObject({
  tool: z.enum(["PagerDuty", "Opsgenie"]),
  shifts: z.array(shift).max(200),
  /** Who was on call when it was asked, of an answer that does not say until when. */
  asked: z.array(z.string().max(300)).max(50),
});
export type OnCallSummary = z.infer<typeof onCallSummary>;

/**
 * From when on nobody is on call within a stretch of time; undefined when somebody is, all through. Times in milliseconds since 1970.
 */
export function gapIn(shifts: readonly Shift[], from: number, until: number): number | undefined {
  const spans = shifts
    .map((it) => ({
      from: it.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(it.from),
      until: it.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(it.until),
    }))
    .sort((a, b) => a.from - b.from);
  let covered = from;
  for (const span of spans) {
    if (span.from > covered) break;
    if (span.until > covered) covered = span.until;
    if (covered >= until) return undefined;
  }
  return covered >= until && spans.some((it) => it.from <= from && it.until > from) ? undefined : covered;
}

/** Who is on call at a moment, each once. */
export function onCallAt(shifts: readonly Shift[], at: number): readonly string[] {
  const own = shifts.filter(
    (it) =>
      (it.from === undefined || Date.parse(it.from) <= at) && (it.until === undefined || at < Date.parse(it.until)),
  );
  return [...new Set(own.map((it) => it.who))];
}
