import { Problem } from "../../release/problem.ts";
import { proofOf, type RanOnce, withLastLines } from "./onceVerified.ts";

/** How a version's migration is taken back by runs of its own image, on any platform that has images. */
export interface TakeBack {
  /** The version whose migration is taken back. */
  readonly version: string;
  /** The version that serves by then. */
  readonly returnsTo: string;
  /** What takes it back. */
  readonly command: readonly string[];
  /** What asks the database, before and afterwards. */
  readonly verify: readonly string[];
  /** Text that a line of its output holds once the migration is taken back. */
  readonly prints: string;
}

export interface TakenBack {
  /** The line by which it is believed. */
  readonly line: string;
  /** What took it back; undefined where it was taken back already and nothing was run. */
  readonly by: string | undefined;
}

/** How the command goes on: traffic that is back already is left where it is, and only the database is taken back. */
const takeBackAgain = "run the same command again: traffic stays where it is, and the database is asked first";

/** What is told of a run that could not be begun, or not be followed to its end. */
export const takeBackTold = {
  untouched: "Traffic is back. Where the script had begun, what it changed is in the database.",
  again: takeBackAgain,
} as const;

/** What a run of it is told, beside the variables of its service. */
export function takeBackVariables({ version, returnsTo }: TakeBack): Record<string, string> {
  return { GREENLIGHT_RELEASE: version, GREENLIGHT_RETURNS_TO: returnsTo };
}

/**
 * Takes a migration back by one run and asks the database by others, before and afterwards: only what those print is believed, no exit code.
 * What is taken back already, as by a command that was killed, is not taken back again.
 *
 * @param run a rollback that runs already, or has ended well since this began, is not to be begun again
 * @throws Problem that says what is in the database by then, and the last lines that were printed
 */
export async function takeBack(
  it: TakeBack,
  run: (what: "rollback" | "verification", command: readonly string[]) => Promise<RanOnce>,
): Promise<TakenBack> {
  const already = proofOf(await run("verification", it.verify), it.prints);
  if (already.line !== undefined) return { line: already.line, by: undefined };
  const ran = await run("rollback", it.command).catch((error: unknown) => {
    throw error instanceof Problem ? error : cutOff(it, error);
  });
  if (ran.fault !== undefined) {
    throw problem(`The rollback script of ${it.version} failed: ${ran.fault}.`, ran, "mend the script or the database");
  }
  const asked = await run("verification", it.verify);
  const { line, unproven } = proofOf(asked, it.prints);
  if (line !== undefined) return { line, by: ran.id };
  throw problem(
    `The rollback script of ${it.version} ran, and the database does not show it: ${unproven}.`,
    asked,
    "look at the database",
  );
}

const untouched = "Traffic is back. What the script changed until then is in the database.";

function problem(happened: string, ran: RanOnce, mend: string): Problem {
  return new Problem({
    happened: withLastLines(happened, ran),
    where: ran.where,
    untouched,
    next: `read the log, ${mend}, and ${takeBackAgain}`,
  });
}

function cutOff({ version }: TakeBack, cause: unknown): Problem {
  return new Problem({
    happened: `The rollback script of ${version} was cut off.`,
    untouched,
    next: takeBackAgain,
    cause,
  });
}
