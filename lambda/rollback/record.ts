import * as z from "zod/mini";
import type { Arming } from "../../release/automaticRollback/arming.ts";

const side = z.enum(["blue", "green"]);
const share = z.int().check(z.minimum(0), z.maximum(100));

// zod/mini: the whole of zod would be most of what the function is.
const shape = z.discriminatedUnion("armed", [
  z.strictObject({
    armed: z.literal(true),
    version: z.string(),
    leaves: side,
    returnsTo: side,
    returnsToVersion: z.string(),
    alarm: z.string(),
    forMs: z.int().check(z.positive()),
    switched: z.boolean(),
    since: z.optional(z.int()),
    weights: z.optional(z.array(z.strictObject({ blue: share, green: share })).check(z.maxLength(10))),
  }),
  z.strictObject({ armed: z.literal(false), why: z.string(), last: z.optional(z.string()) }),
]);

/** The arming as it is kept in a parameter. */
export function recordText(arming: Arming): string {
  return JSON.stringify(arming);
}

/** What a parameter says; undefined for text that is no record. */
export function readRecord(text: string): Arming | undefined {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
