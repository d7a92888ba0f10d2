import { z } from "zod";

/** What a dump says of itself, in the first line of its `.ndjson`. */
export const heldShape = z.object({
  /** Version that it was taken before. */
  release: z.string(),
  /** ISO time, by the database's clock, whose content it holds. */
  takenAt: z.iso.datetime(),
  /** Version of the server. */
  server: z.string().max(200),
});

const dumpShape = z.object({
  name: z.string().regex(/^[\x21-\x7e]{1,500}$/),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  tables: z.number().int().nonnegative(),
  /** A team's own program need not say it. */
  held: heldShape.optional(),
});

/** A dump as what took it says. */
export type SaidDump = z.infer<typeof dumpShape>;

const lossShape = z.object({ tables: z.number().int().nonnegative(), same: z.boolean() });

/** Whether the database has the rows that a dump has. */
export type SaidLoss = z.infer<typeof lossShape>;

const replacedShape = z.object({
  stage: z.enum(["checksum", "server", "restore", "compare", "settings", "swap", "done", "ended"]),
  tables: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  /** Name of the database before, once another one has its own. */
  kept: z.string().nullable(),
  /** Whether nothing is left of one that was not put in place. */
  dropped: z.boolean(),
});

/** How far a dump came in the place of the database. */
export type SaidReplaced = z.infer<typeof replacedShape>;

const drillShape = z.object({
  stage: z.enum(["checksum", "server", "restore", "compare", "done", "ended"]),
  tables: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  /** Whether nothing is left of the database that was made. */
  dropped: z.boolean(),
});

/** How far a drill came, and what it had restored by then. */
export type SaidDrill = z.infer<typeof drillShape>;

/** The dump that the last line `greenlight-dump {…}` tells; undefined where there is none, or it does not say what it must. */
export function dumpLine(output: string): SaidDump | undefined {
  return lastSaid(output, "greenlight-dump", dumpShape);
}

/** What the last line `greenlight-drill {…}` tells; undefined where there is none. */
export function drillLine(output: string): SaidDrill | undefined {
  return lastSaid(output, "greenlight-drill", drillShape);
}

/** What the last line `greenlight-loss {…}` tells; undefined where there is none. */
export function lossLine(output: string): SaidLoss | undefined {
  return lastSaid(output, "greenlight-loss", lossShape);
}

/** What the last line `greenlight-replaced {…}` tells; undefined where there is none. */
export function replacedLine(output: string): SaidReplaced | undefined {
  return lastSaid(output, "greenlight-replaced", replacedShape);
}

/** What follows a word at the beginning of a line, for each line that begins with it. */
export function saidAfter(output: string, word: string): string[] {
  return output.split(/\r?\n/).flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
}

/** JSON of a shape; undefined where it is none. */
export function jsonOf<Shape>(text: string, shape: z.ZodType<Shape>): Shape | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** JSON of a shape that follows a word in the last line that begins with it. */
export function lastSaid<Shape>(output: string, word: string, shape: z.ZodType<Shape>): Shape | undefined {
  const said = saidAfter(output, word).at(-1);
  return said === undefined ? undefined : jsonOf(said, shape);
}
