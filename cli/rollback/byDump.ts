import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { type DumpSettings, jobsKept, keptIn, placeOfDumps } from "../../components/kubernetes/databaseSettings.ts";
import { dumpPod } from "../../components/kubernetes/dumpPod.ts";
import { jobNamed } from "../../components/kubernetes/names.ts";
import { accessOf } from "../../components/kubernetes/serving.ts";
import type { JobPlan } from "../../provider/kubernetes/jobs.ts";
import { Problem } from "../../release/problem.ts";
import { newestFirst } from "../../release/snapshotRetention.ts";
import { requireDumps } from "./requireDumps.ts";
import type { RollbackArgs } from "./rollback.ts";

/** Most lines of what would be lost that are told before it is asked for. */
const mostTold = 8;

/** Puts the newest dump from before a version in the place of the database, inside its network, when that was said yes to. */
export async function rollBackByDump(args: RollbackArgs, version: string): Promise<string> {
  const { context, reporter, signal, confirm } = args;
  const told = {
    untouched: "Traffic is back; the database is as it was.",
    next: "restore it by hand (docs/kubernetes.md)",
  };
  const { kubernetes, dump, secret } = requireDumps(context, told);
  const keepMs = jobsKept(kubernetes.database?.migration);
  const [{ openClient }, { planOf }, { dumpScripts }, { shell }, { listDumps }, { askLoss, playReplace }] =
    await Promise.all([
      import("../../provider/kubernetes/client.ts"),
      import("../../provider/kubernetes/jobInputs.ts"),
      import("../../provider/kubernetes/dump/scripts.ts"),
      import("../../provider/kubernetes/dump/shell.ts"),
      import("../../provider/kubernetes/dump/listDumps.ts"),
      import("../../provider/kubernetes/dump/playReplace.ts"),
    ]);
  const scripts = dumpScripts[keptIn(dump)];
  const client = openClient(accessOf(resolve(context.project), kubernetes));
  const step = {
    urn: "",
    name: "rollback",
    signal,
    tell: (text: string) => {
      if (!text.startsWith("greenlight-")) reporter.tell({ kind: "step", text });
    },
  };
  const plan = (job: string, script: string, env: Readonly<Record<string, string>>, of?: string): [JobPlan, string] => {
    const pod = dumpPod(kubernetes, dump, { env, changes: false, ...(of === undefined ? {} : { secret: of }) });
    const { name } = kubernetes;
    const times = { deadlineMs: dump.deadline, keepMs };
    const [planned, container] = planOf(jobNamed(name, `${name}-${job}`), pod, shell(script), times);
    return [{ ...planned, untouched: told.untouched, again: "run the same command again" }, container];
  };
  const all = await listDumps(client, step, plan("dumps-look", scripts.list, {}));
  const [chosen] = newestFirst(all.filter(({ whole, release }) => whole && release === version));
  if (chosen === undefined) throw noDump(dump, version, client.where, kubernetes.name);
  const env = { GREENLIGHT_DUMP: chosen.identifier };
  const loss = await askLoss(client, step, plan("restore-loss", scripts.loss, env, dump.secret));
  const lost = loss.same
    ? `No table has other rows than the dump ${chosen.identifier}; what was changed in them since would be lost.`
    : `Everything written since ${chosen.takenAt} would be lost: ${loss.differences.slice(0, mostTold).join("; ")}${loss.differences.length > mostTold ? "; and more" : ""}.`;
  reporter.tell({ kind: "step", text: lost });
  if (!(await confirm(`${lost} Put the dump of ${chosen.takenAt} in the place of the database?`))) {
    return "The database was left as it is: going back to the dump was not confirmed.";
  }
  const scratch = `restore_${kubernetes.name.replaceAll("-", "_")}_${randomBytes(6).toString("hex")}`;
  const replacing = plan("restore", scripts.replace, { ...env, GREENLIGHT_SCRATCH: scratch }, secret);
  const { tables, rows, kept } = await playReplace(client, step, replacing, { dump: chosen.identifier, scratch });
  return `The database is back at ${chosen.takenAt} (${chosen.identifier}): ${tables} tables, ${rows} rows, as they were counted then. The database before is kept as ${kept}.`;
}

function noDump(dump: DumpSettings, version: string, where: string, stack: string): Problem {
  return new Problem({
    happened: `There is no whole dump from before ${version}.`,
    where: `${where}: the folder ${stack} of ${placeOfDumps(dump)}`,
    untouched: "Traffic is back; the database is as it was.",
    next: "use --database script, or keep the database as it is",
  });
}
