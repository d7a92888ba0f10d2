import { z } from "zod";
import { Problem } from "../../release/problem.ts";

const argv = z.array(z.string()).min(1);

/** Inputs of a migration that runs in containers of the candidate's image, on any platform. */
export const onceVerified = {
  version: z.string(),
  /** What migrates. */
  command: argv,
  /** What asks the database afterwards, in a run of its own. */
  verify: argv,
  /** Text that a line of its output must hold. */
  prints: z.string().min(1),
} as const;
type OnceVerified = z.infer<z.ZodObject<typeof onceVerified>>;

/** One run of a container to its end. */
export interface RanOnce {
  /** What ran, such as an ARN or the name of a Job. */
  readonly id: string;
  /** Where its whole log is, for a person. */
  readonly where: string;
  /** Why it did not end well; undefined where its container ended by itself with 0. */
  readonly fault: string | undefined;
  /** The end of what it printed. */
  readonly output: string;
  /** Why that could not be read; undefined where it was. */
  readonly unread?: string | undefined;
  /** Whether it had ended before it was asked for, and was not run again. */
  readonly endedBefore?: boolean;
}

export interface Verified {
  /** The line by which it is believed. */
  readonly verifiedBy: string;
  readonly migratedBy: string;
  /** ISO time. */
  readonly at: string;
}

/**
 * Migrates by one run and asks the database by a second one: only what that one prints is believed, no exit code alone.
 *
 * @throws Problem that says what is in the database by then, and the last lines that were printed
 */
export async function migrateAndVerify(
  it: OnceVerified,
  run: (what: "migration" | "verification", command: readonly string[]) => Promise<RanOnce>,
): Promise<Verified> {
  const migrated = await run("migration", it.command);
  if (migrated.fault !== undefined) {
    throw problem(it, `The migration to ${it.version} failed: ${migrated.fault}.`, migrated);
  }
  const verified = await run("verification", it.verify);
  const { line, unproven } = proofOf(verified, it.prints);
  if (line !== undefined) return { verifiedBy: line, migratedBy: migrated.id, at: new Date().toISOString() };
  throw problem(it, `The migration to ${it.version} ran, and the database does not show it: ${unproven}.`, verified);
}

/** The line by which a question to the database is believed; or why it is not: only one that ended well is, whatever it prints. */
export function proofOf(
  { fault, output, unread }: RanOnce,
  prints: string,
): { readonly line: string; readonly unproven?: undefined } | { readonly line?: undefined; readonly unproven: string } {
  if (fault !== undefined) return { unproven: `the verification ended badly, ${fault}` };
  const line = output.split("\n").find((one) => one.includes(prints));
  if (line !== undefined) return { line: line.trim().slice(0, 500) };
  if (unread !== undefined) return { unproven: "what the verification printed could not be read" };
  return { unproven: `no line of the verification holds ${JSON.stringify(prints)}` };
}

/** A sentence with the last lines that were printed, or why they are not known. */
export function withLastLines(happened: string, { output, unread }: Pick<RanOnce, "output" | "unread">): string {
  if (unread !== undefined) return `${happened} What it printed could not be read: ${unread}`;
  const last = output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-5)
    .join("\n");
  return last === "" ? `${happened} It printed nothing.` : `${happened} It printed last:\n${last}`;
}

function problem({ version }: OnceVerified, happened: string, ran: RanOnce): Problem {
  return new Problem({
    happened: withLastLines(happened, ran),
    where: ran.where,
    untouched: `Nothing of ${version} was deployed and no traffic moved. The snapshot from before is kept. What the migration changed until then is in the database.`,
    next: "read the log, mend the migration or the database, and run the update again: it migrates anew",
  });
}
