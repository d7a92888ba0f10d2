/** A time that a report states of itself. */
export interface StatedTime {
  /** ISO, in UTC. */
  readonly at: string;
  /** Whether it came with its zone; if not, it was read as UTC. */
  readonly zoned: boolean;
}

const form = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,3})\d{0,9})? ?(Z|[+-]\d{2}:?\d{2})?$/;

/** Reads `2026-03-02T14:00:00.123Z`, with or without its zone; undefined for anything else, and for time 0. */
export function statedTime(text: string | undefined): StatedTime | undefined {
  const match = form.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  const [, day, time, fraction = "0", zone] = match;
  const offset = zone === undefined || zone === "Z" ? "Z" : zone.replace(/^(...):?/, "$1:");
  const at = Date.parse(`${day}T${time}.${fraction.padEnd(3, "0")}${offset}`);
  // jest-junit dates a suite that never ran at 0.
  return Number.isNaN(at) || at === 0 ? undefined : { at: new Date(at).toISOString(), zoned: zone !== undefined };
}

/** The earlier of both. */
export function earliest(a: StatedTime | undefined, b: StatedTime | undefined): StatedTime | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.at < a.at ? b : a;
}
