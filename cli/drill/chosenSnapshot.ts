import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { type KeptSnapshot, newestFirst } from "../../release/snapshotRetention.ts";

/** What is said where none can be drilled. */
interface Saying {
  /** What it is called. */
  readonly what: "snapshot" | "dump";
  readonly where: string;
  readonly untouched: string;
  /** Why one that is not whole does not do. */
  readonly unfit: string;
  /** How there comes to be one. */
  readonly made: string;
}

/**
 * The snapshot that is drilled: the one that was named, else the newest whole one.
 *
 * @throws Problem (usage) for one that is not the stack's or not whole; (undecided) where there is none
 */
export function chosenSnapshot<Kept extends KeptSnapshot>(
  all: readonly Kept[],
  named: string | undefined,
  { what, where, untouched, unfit, made }: Saying,
): Kept {
  const sorted = newestFirst(all);
  const found = sorted.find(({ identifier, whole }) => (named === undefined ? whole : identifier === named));
  if (found?.whole === true) return found;
  if (found !== undefined) {
    throw new Problem({
      happened: `The ${what} ${found.identifier} is not available, so no database can be made from it.`,
      where,
      untouched,
      next: `${unfit}, or drill another one`,
      exitCode: exitCodes.usage,
    });
  }
  if (named !== undefined) {
    const some = sorted.slice(0, 5).map(({ identifier }) => identifier);
    throw new Problem({
      happened: `The stack took no ${what} ${JSON.stringify(named.slice(0, 255))}.`,
      where,
      untouched,
      next: some.length === 0 ? "there is none yet" : `the newest are ${some.join(", ")}`,
      exitCode: exitCodes.usage,
    });
  }
  throw new Problem({
    happened: `There is no ${what} to drill.`,
    where,
    untouched,
    next: made,
    exitCode: exitCodes.undecided,
  });
}
