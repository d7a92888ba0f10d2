import { z } from "zod";
import { isZone } from "./zone.ts";

const iso = z.iso.datetime({ offset: true });
const ofDay = z.number().int().min(0).max(86_400_000);
const weekday = z.number().int().min(1).max(7);

/** How far ahead closures are worked out, and the next opening is looked for. Milliseconds: 92 days. */
export const horizonMs = 92 * 86_400_000;

/** Most closures that a calendar may have in {@link horizonMs}. */
export const closuresLimit = 500;

/**
 * The calendar of one team as plain facts, for the time that was asked about: windows as they repeat, freezes and holidays as the real
 * time they take. Days: 1 is Monday, 7 is Sunday. Times of day in milliseconds since local midnight.
 */
export const teamCalendar = z.strictObject({
  /** Absent when no team is configured: then only the default rule holds. */
  team: z.string().max(63).optional(),
  zone: z.string().max(100).refine(isZone, "an IANA zone"),
  windows: z
    .array(z.strictObject({ days: z.array(weekday).max(7), from: ofDay, until: ofDay, late: z.boolean() }))
    .max(50),
  endOfDay: z.strictObject({ after: ofDay, lastDay: weekday, lastDayAfter: ofDay, weekend: z.array(weekday).max(7) }),
  /** Freezes and holidays; ISO times, `until` is not part of it. */
  closures: z
    .array(z.strictObject({ kind: z.enum(["freeze", "holiday"]), name: z.string().max(200), from: iso, until: iso }))
    .max(closuresLimit),
  /** ISO times between which the closures are known. */
  knownFrom: iso,
  knownUntil: iso,
});
export type TeamCalendar = z.output<typeof teamCalendar>;
export type Closure = TeamCalendar["closures"][number];
