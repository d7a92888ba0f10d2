import { z } from "zod";

/** What applying a statement to a copy of the database showed. Nothing measures yet; a finding may carry it. */
export const measuredShape = z.strictObject({
  /** Milliseconds that the statement took. */
  ms: z.number().nonnegative(),
  /** Locks that it held, such as `AccessExclusiveLock on users`. */
  locks: z.array(z.string().max(200)).max(20),
  /** Tables that were written anew. */
  rewritten: z.array(z.string().max(200)).max(20),
});

/** What a rule found in a statement of a migration. */
export const migrationFinding = z.strictObject({
  /** The rule's id, such as `drop-column`. */
  rule: z.string().max(60),
  migration: z.string().max(300),
  /** Its place in the file, from 1; 0 for the file as a whole. */
  statement: z.number().int().nonnegative(),
  line: z.number().int().nonnegative(),
  /** The statement, shortened. */
  text: z.string().max(210),
  /** What it is about, such as `users.email`. */
  subject: z.string().max(310),
  why: z.string().max(500),
  rewrite: z.string().max(800),
  /** The reason of the allowance above the statement. */
  allowed: z.string().max(510).optional(),
  measured: measuredShape.optional(),
});
export type MigrationFinding = z.infer<typeof migrationFinding>;

/** A text on one line, shortened to fit. */
export function brief(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
