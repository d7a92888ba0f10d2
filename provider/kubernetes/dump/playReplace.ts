import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { withLastLines } from "../../database/onceVerified.ts";
import type { Step } from "../../handler.ts";
import type { Client } from "../client.ts";
import type { JobPlan } from "../jobs.ts";
import { runJob } from "../runJob.ts";
import { lossLine, replacedLine, saidAfter } from "./dumpLine.ts";

/** What going back to a dump would lose. */
export interface Loss {
  /** No table has other rows than the dump. */
  readonly same: boolean;
  /** Lines in which they differ, at most twenty. */
  readonly differences: readonly string[];
}

/**
 * Asks by a Job what the database has that a dump has not.
 *
 * @throws Problem where it does not say
 */
export async function askLoss(client: Client, step: Step, [plan, container]: [JobPlan, string]): Promise<Loss> {
  const ran = await runJob(client, step, plan, container);
  const { output, fault, where } = ran;
  const said = lossLine(output);
  if (fault === undefined && said !== undefined) {
    return { same: said.same, differences: saidAfter(output, "greenlight-difference") };
  }
  throw new Problem({
    happened: withLastLines(`What going back would lose is not known: ${fault ?? "the Job does not say"}.`, ran),
    where,
    untouched: "Traffic is back; the database is as it was.",
    next: "read the log, mend what it says, and run the same command again",
  });
}

/** A dump in the place of the database. */
export interface Replaced {
  readonly tables: number;
  readonly rows: number;
  /** Name under which the database before is kept. */
  readonly kept: string;
}

/** What kept a dump from taking the database's place, by how far it came. */
const reasons = {
  checksum: "it is not as it was written: its sha256 is another",
  server: "no database could be made for it",
  restore: "it could not be restored",
  compare: "it did not come back as it was taken",
  settings: "the database's own settings could not be given to it",
  swap: "the names could not be swapped",
  ended: "it was told to stop",
} as const;

/**
 * Puts a dump in the place of the database by a Job. Only what that says at its end is believed.
 *
 * @param scratch the database that it is restored into first
 * @throws Problem that says which database has the name
 */
export async function playReplace(
  client: Client,
  step: Step,
  [plan, container]: [JobPlan, string],
  { dump, scratch }: { readonly dump: string; readonly scratch: string },
): Promise<Replaced> {
  const ran = await runJob(client, step, plan, container).catch((error: unknown) => {
    throw step.signal.aborted ? interrupted(client, dump, scratch, error) : error;
  });
  const { output, fault, where } = ran;
  const said = replacedLine(output);
  // A name that was swapped is that, however the Job ended.
  if (said !== undefined && said.kept !== null) {
    return { tables: said.tables, rows: said.rows, kept: said.kept };
  }
  const why =
    said === undefined || said.stage === "done" ? (fault ?? "the Job does not say how it ended") : reasons[said.stage];
  const stopped = said?.stage === "ended" && fault !== undefined ? ` (${fault})` : "";
  const differences = saidAfter(output, "greenlight-difference").slice(0, 4);
  const left = said?.dropped === true ? "" : ` The database ${scratch} may be left beside it.`;
  throw new Problem({
    happened: withLastLines(
      said === undefined
        ? `Whether the dump ${dump} is in the place of the database is not known: ${why}.`
        : `The dump ${dump} was not put in the place of the database: ${[why + stopped, ...differences].join("; ")}.`,
      ran,
    ),
    where,
    untouched:
      said === undefined
        ? `${whichHasTheName}${left}`
        : `Traffic is back; the database keeps its name and its content.${left}`,
    next: said === undefined ? lookFirst : "read the log, mend what it says, and run the same command again",
  });
}

const whichHasTheName =
  "Traffic is back. Which database has the name, the server says: one called …before_restore_… is there if it was swapped.";
const lookFirst =
  "look which databases there are (psql --list) before anything else: where it was swapped there is nothing to run again";

/** Names are swapped as a whole or not at all, whoever stops: but which of both nobody has said. */
function interrupted({ where }: Client, dump: string, scratch: string, cause: unknown): Problem {
  return new Problem({
    happened: `Interrupted while the dump ${dump} was put in the place of the database.`,
    where,
    untouched: `${whichHasTheName} The database ${scratch} may be left beside it.`,
    next: lookFirst,
    exitCode: exitCodes.interrupted,
    cause,
  });
}
