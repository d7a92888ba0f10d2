import { z } from "zod";
import { clockSkew } from "../../evidence.ts";
import type { Judging } from "../../item.ts";

const iso = z.iso.datetime({ offset: true });

/** What shows whether a clock can be believed; part of the facts of every item that asks what time it is. */
export const clockFacts = {
  /** When the facts were gathered. */
  at: iso,
  /** The newest time in the stack's journal. */
  journal: iso.optional(),
};

/**
 * Why the clock cannot be believed, undefined when it can: something that has happened already lies in its future. It was set back, or
 * what is read was forged; either way nobody knows what time it is.
 */
export function clockFault(
  { at, journal }: { readonly at: string; readonly journal?: string | undefined },
  { now, committedAt }: Judging,
): string | undefined {
  const ahead = (time: string | undefined) => time !== undefined && Date.parse(time) > now.getTime() + clockSkew;
  const it = now.toISOString();
  if (ahead(at)) return `the facts were gathered at ${at}, but this clock says ${it}: it was set back`;
  if (ahead(committedAt?.toISOString())) {
    return `the commit was made at ${committedAt?.toISOString()}, but this clock says ${it}: one of the two is wrong`;
  }
  if (ahead(journal)) return `the journal's last record is of ${journal}, but this clock says ${it}: it was set back`;
  return undefined;
}
