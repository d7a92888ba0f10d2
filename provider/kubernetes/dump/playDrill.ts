import { Problem } from "../../../release/problem.ts";
import { withLastLines } from "../../database/onceVerified.ts";
import type { Step } from "../../handler.ts";
import type { Client } from "../client.ts";
import type { JobPlan } from "../jobs.ts";
import { runJob } from "../runJob.ts";
import { drillLine, type SaidDrill, saidAfter } from "./dumpLine.ts";

/** What a Job saw that restored a dump. */
export interface PlayedDump {
  readonly said: SaidDrill;
  /** Lines in which what was restored is not what was recorded, at most twenty. */
  readonly differences: readonly string[];
  /** The end of what it printed. */
  readonly output: string;
  readonly where: string;
}

/**
 * Restores a dump by a Job, and reads what that says.
 *
 * @throws Problem where it says nothing, or never came to the dump: that is no result of a drill
 */
export async function playDrill(
  client: Client,
  step: Step,
  [plan, container]: [JobPlan, string],
  scratch: string,
): Promise<PlayedDump> {
  const ran = await runJob(client, step, plan, container);
  const { output, fault, where } = ran;
  const said = drillLine(output);
  const reached = said !== undefined && said.stage !== "server" && said.stage !== "ended";
  // Only an end that is well told ends well.
  const agrees = said?.stage !== "done" || fault === undefined;
  if (reached && agrees) {
    return { said, differences: saidAfter(output, "greenlight-difference"), output, where };
  }
  const why = fault ?? "it does not say what it saw";
  const left = said?.dropped === true ? "Nothing is left of it." : `The database ${scratch} may be left.`;
  throw new Problem({
    happened: withLastLines(`The dump could not be drilled: ${why}.`, ran),
    where,
    untouched: `The database that serves was not touched, and the dump is as it was. ${left}`,
    next: `read the log, mend what it says, and run the same command again${said?.dropped === true ? "" : `; look for ${scratch} on the server of drills (drop database ${scratch})`}`,
  });
}
