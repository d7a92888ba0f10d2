import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { removable } from "../../release/snapshotRetention.ts";
import { withLastLines } from "../database/onceVerified.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";
import { jobName, jobTimes, keptIn, onePod, planOf } from "./jobInputs.ts";

const inputs = z.strictObject({
  access: kubernetesAccess,
  /** One Job lists the dumps, a second one removes those that it is told by name. */
  jobs: z.strictObject({ list: jobName, removal: jobName }),
  pod: onePod,
  keptIn,
  keep: z.number().int().min(1),
  /** Versions that are deployed: what was taken before them stays. */
  deployed: z.array(z.string()),
  ...jobTimes,
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Names of what was removed by the last update. */
  readonly removed: readonly string[];
  /** How many of the stack's are left. */
  readonly kept: number;
}

/** Most dumps that one Job removes; the next release removes the rest. */
const mostAtOnce = 50;

/** Removes the stack's dumps that nobody needs any more, after a release. Only its own folder of the claim or store is looked at. */
export const dumpRetention = handler<Inputs, Outputs>({
  inputs,
  remarks: ["access", "jobs", "pod", "keptIn", "deadlineMs", "keepMs"],
  async create(step, it) {
    return { id: "dump-retention", outputs: await clear(step, it) };
  },
  async read(_, __, { removed, kept }) {
    return { removed, kept };
  },
  async update(step, _, __, news) {
    return clear(step, news);
  },
  async delete() {
    // What is kept stays when the stack goes.
  },
});

async function clear(step: Step, it: Inputs): Promise<Outputs> {
  const [{ openClient }, { runJob }, { shell }, { dumpScripts }, { listDumps }, { saidAfter }] = await Promise.all([
    import("./client.ts"),
    import("./runJob.ts"),
    import("./dump/shell.ts"),
    import("./dump/scripts.ts"),
    import("./dump/listDumps.ts"),
    import("./dump/dumpLine.ts"),
  ]);
  const client = openClient(it.access);
  const all = await listDumps(client, step, planOf(it.jobs.list, it.pod, shell(dumpScripts[it.keptIn].list), it));
  const names = removable(all, it.keep, it.deployed)
    .slice(0, mostAtOnce)
    .map(({ identifier }) => identifier);
  if (names.length === 0) return { removed: [], kept: all.length };
  const [plan, container] = planOf(it.jobs.removal, it.pod, shell(dumpScripts[it.keptIn].removal, ...names), it);
  const ran = await runJob(client, step, plan, container);
  const { output, fault, where } = ran;
  const gone = saidAfter(output, "greenlight-removed");
  const removed = names.filter((name) => gone.includes(name));
  if (fault === undefined && removed.length === names.length) return { removed, kept: all.length - removed.length };
  throw new Problem({
    happened: withLastLines(
      `${removed.length} of ${names.length} dumps were removed${fault === undefined ? "" : `: ${fault}`}.`,
      ran,
    ),
    where,
    untouched: "No dump beyond those was touched, and no traffic was moved: it is as the switch left it.",
    next: "read the log, mend what it says, and run the update again",
  });
}
