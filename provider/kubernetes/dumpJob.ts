import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { type RanOnce, withLastLines } from "../database/onceVerified.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";
import { jobName, jobTimes, keptIn, onePod, planOf } from "./jobInputs.ts";

const inputs = z.strictObject({
  access: kubernetesAccess,
  /** Version that is about to be deployed: the dump is taken before it. */
  version: z.string(),
  commit: z.string().optional(),
  job: jobName,
  pod: onePod,
  /** A team's own program that dumps; left out, our script in a plain image of PostgreSQL. */
  command: z.array(z.string()).min(1).optional(),
  keptIn,
  /** Where dumps are, for a person. */
  place: z.string(),
  ...jobTimes,
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** How many tables it holds. */
  readonly tables: number;
  /** ISO time whose content it holds; where its program does not say, when that ended. */
  readonly takenAt: string;
  /** Name of the Job that took it. */
  readonly dumpedBy: string;
}

/** How long the end of a Job counts that an engine did not live to see, ms. */
const afterKillMs = 600_000;

/**
 * The database before a version, as a dump of `pg_dump` on a claim or in a store: one Job takes it, and only what its last lines say is believed. It is named
 * by the release and run once; one that runs, or has just ended while no engine was there to see it, is gone along with. Taken anew for each
 * version, and removed by no update of it.
 */
export const dumpJob = handler<Inputs, Outputs>({
  inputs,
  // A version has one dump from before: how it would be taken now is no reason for another.
  remarks: ["access", "commit", "job", "pod", "command", "keptIn", "place", "deadlineMs", "keepMs"],
  async create(step, it) {
    const outputs = await dump(step, it, undefined);
    return { id: outputs.name.slice(0, 200), outputs };
  },
  async read(_, __, { name, bytes, sha256, tables, takenAt, dumpedBy }) {
    // A refresh runs no Job: whether it can be restored is a drill's to say.
    return { name, bytes, sha256, tables, takenAt, dumpedBy };
  },
  async update(step, _, state, news) {
    return dump(step, news, state.takenAt);
  },
  async delete(_, __, { access, job, place }) {
    // The dump is the way back of the data: kubernetes.database.keep says what goes, or a person. Its Job goes, whose end would stand for the
    // dump that a new release of the same version takes minutes later.
    const [{ openClient }, { removeJob }, { ask }] = await Promise.all([
      import("./client.ts"),
      import("./jobs.ts"),
      import("./kubernetesProblem.ts"),
    ]);
    const client = openClient(access);
    const asked = { doing: `remove the Job ${job.name}`, where: client.where, untouched: `Dumps stay in ${place}.` };
    await ask(asked, () => removeJob(client, job.name));
  },
});

async function dump(step: Step, it: Inputs, before: string | undefined): Promise<Outputs> {
  const [{ openClient }, { runJob }, { shell }, { dumpScripts }, { dumpLine }] = await Promise.all([
    import("./client.ts"),
    import("./runJob.ts"),
    import("./dump/shell.ts"),
    import("./dump/scripts.ts"),
    import("./dump/dumpLine.ts"),
  ]);
  const client = openClient(it.access);
  const [plan, container] = planOf(it.job, it.pod, it.command ?? shell(dumpScripts[it.keptIn].dump), it);
  // An older end under this name is of a try whose dump is on record, or too old to be the database of now.
  const since = Math.max(Date.now() - afterKillMs, before === undefined ? 0 : Date.parse(before));
  let ran = await runJob(client, step, { ...plan, endedSince: new Date(since) }, container);
  // Its log may be gone, or have been no good: only a try of now says why.
  if (ran.endedBefore === true && dumpLine(ran.output) === undefined) ran = await runJob(client, step, plan, container);
  if (ran.fault !== undefined) throw problem(it, `The dump before ${it.version} failed: ${ran.fault}.`, ran);
  const said = dumpLine(ran.output);
  if (said === undefined) {
    throw problem(
      it,
      `The dump before ${it.version} is not believed: no line "greenlight-dump {…}" says name, bytes, sha256 and tables.`,
      ran,
    );
  }
  const { name, bytes, sha256, tables, held } = said;
  if (held !== undefined && held.release !== it.version) {
    throw problem(it, `The dump ${name} says that it was taken before ${held.release}, not ${it.version}.`, ran);
  }
  return { name, bytes, sha256, tables, takenAt: held?.takenAt ?? new Date().toISOString(), dumpedBy: ran.id };
}

const noRoom = /no space left|disk quota|file too large|could not write/i;

function problem({ place }: Inputs, happened: string, ran: RanOnce): Problem {
  return new Problem({
    happened: withLastLines(happened, ran),
    where: ran.where,
    untouched: "Nothing was migrated and no traffic was moved. Earlier dumps are as they were.",
    next: noRoom.test(ran.output)
      ? `make room on ${place} (a larger volume, fewer kept by kubernetes.database.keep), and run the update again: it dumps anew`
      : "read the log, mend what it says, and run the update again: it dumps anew",
  });
}
