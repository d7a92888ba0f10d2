import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import {
  type DumpSettings,
  jobsKept,
  type KubernetesDatabase,
  keptIn,
  placeOfDumps,
} from "../../components/kubernetes/databaseSettings.ts";
import { dumpPod } from "../../components/kubernetes/dumpPod.ts";
import { jobNamed } from "../../components/kubernetes/names.ts";
import { accessOf } from "../../components/kubernetes/serving.ts";
import type { KubernetesSettings } from "../../components/kubernetes/settings.ts";
import { openClient } from "../../provider/kubernetes/client.ts";
import { type ListedDump, listDumps } from "../../provider/kubernetes/dump/listDumps.ts";
import { type PlayedDump, playDrill } from "../../provider/kubernetes/dump/playDrill.ts";
import { dumpScripts } from "../../provider/kubernetes/dump/scripts.ts";
import { shell } from "../../provider/kubernetes/dump/shell.ts";
import { planOf } from "../../provider/kubernetes/jobInputs.ts";
import { spokenDuration } from "../../release/duration.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import type { Context } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import { chosenSnapshot } from "./chosenSnapshot.ts";
import type { DrillOptions } from "./drillOptions.ts";
import { again, refuseDrill, untouched } from "./refuseDrill.ts";

/** What `greenlight drill snapshot` ends with for a dump. */
export interface DumpDrillResult {
  /** The dump came back with the rows that were recorded, and nothing is left of the database that it went into. */
  readonly ok: boolean;
  /** How it ended, in words. */
  readonly sentence: string;
  readonly dump: { readonly name: string; readonly release: string; readonly takenAt: string; readonly bytes: number };
  /** The database that it was restored into. */
  readonly scratch: {
    readonly name: string;
    readonly tables: number;
    readonly rows: number;
    readonly dropped: boolean;
  };
  /** Lines in which what was restored is not what was recorded, at most twenty. */
  readonly differences: readonly string[];
  /** Where the Job's log is. */
  readonly where: string;
  readonly tookMs: number;
}

/** A database that is dumped before a migration. */
interface DumpedDatabase extends Pick<KubernetesDatabase, "migration"> {
  readonly dump: DumpSettings;
}

/**
 * Restores a dump of the stack by a Job into a database of its own on the server of drills, and compares the rows of each table with those that
 * were recorded when it was taken. What was seen is a drill in the journal, by which `database/backup` judges.
 */
export async function drillDump(
  context: Context,
  kubernetes: KubernetesSettings,
  { dump, migration }: DumpedDatabase,
  options: DrillOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<DumpDrillResult>> {
  const secret = serverOfDrills(context, dump, options);
  const keepMs = jobsKept(migration);
  const prefix = kubernetes.name;
  const client = openClient(accessOf(resolve(context.project), kubernetes));
  const step = {
    urn: "",
    name: "drill",
    signal,
    tell: (text: string) => {
      if (!text.startsWith("greenlight-")) reporter.tell({ kind: "step", text });
    },
  };
  const scripts = dumpScripts[keptIn(dump)];
  const looking = dumpPod(kubernetes, dump, { env: {}, changes: false });
  const times = { deadlineMs: options.deadlineMs, keepMs };
  const list = planOf(jobNamed(prefix, `${prefix}-dumps-look`), looking, shell(scripts.list), times);
  const chosen = chosenSnapshot(await listDumps(client, step, list), options.snapshot, {
    what: "dump",
    where: `${client.where}: the folder ${prefix} of ${placeOfDumps(dump)}`,
    untouched,
    unfit: "look for its three files (.dump, .ndjson, .sha256)",
    made: "release a version that migrates: a dump is taken before (greenlight:kubernetes.database.migration)",
  });
  const scratch = `drill_${prefix.replaceAll("-", "_")}_${randomBytes(6).toString("hex")}`;
  const env = { GREENLIGHT_DUMP: chosen.identifier, GREENLIGHT_SCRATCH: scratch };
  const pod = dumpPod(kubernetes, dump, { env, secret, changes: false });
  const began = performance.now();
  const [plan, container] = planOf(jobNamed(prefix, `${prefix}-drill`), pod, shell(scripts.drill), times);
  const played = await playDrill(client, step, [{ ...plan, untouched, again }, container], scratch);
  const result = judged(chosen, played, scratch, Math.round(performance.now() - began));
  new JournalFile(context).append({
    type: "drill",
    kind: "restore",
    version: result.dump.release,
    passed: played.said.stage === "done",
    sentence: result.sentence,
    details: { dump: chosen.identifier, database: scratch, tookMs: result.tookMs },
  });
  const unlike = played.said.stage === "done" ? exitCodes.failed : exitCodes.refused;
  return { exitCode: result.ok ? exitCodes.ok : unlike, json: result, text: textOf(result) };
}

/** @returns the Secret whose variables name the server of drills. @throws Problem (usage) that says what to do instead */
function serverOfDrills(context: Context, dump: DumpSettings, { keep, remove }: DrillOptions): string {
  if (dump.command !== undefined) {
    return refuseDrill(
      context,
      "Dumps of a program of your own are restored by your own means.",
      "kubernetes.database.dump.command",
      "drill them where they are",
    );
  }
  if (dump.drill === undefined) {
    return refuseDrill(
      context,
      "Nothing says on which server a dump may be restored.",
      "kubernetes.database.dump.drill",
      "name the Secret of a server for drills there: its user makes a database drill_… and drops it again",
    );
  }
  if (keep || remove) {
    return refuseDrill(
      context,
      `--${keep ? "keep" : "remove"} is for snapshots: a drill of a dump drops its database itself.`,
      "kubernetes.database.dump",
      "leave it out; what a killed drill left is told by the next one",
    );
  }
  return dump.drill.secret;
}

/** What a drill shows, and the sentence that the journal keeps. */
function judged(
  { identifier, release = "unknown", takenAt = "", bytes }: ListedDump,
  { said, differences, output, where }: PlayedDump,
  scratch: string,
  tookMs: number,
): DumpDrillResult {
  const { stage, tables, rows, dropped } = said;
  const restored = `${tables} tables with ${rows} rows`;
  const last = output.split("\n").findLast((line) => /error|FAILED/i.test(line));
  const sentences = {
    checksum: `the dump ${identifier} is not as it was written: its sha256 is another`,
    restore: `the dump ${identifier} could not be restored${last === undefined ? "" : `: ${last.trim().slice(0, 300)}`}`,
    compare: `the dump ${identifier} came back as ${restored}, not as it was taken: ${differences.slice(0, 4).join("; ")}`,
    done: `the dump ${identifier} came back as it was taken: ${restored}`,
  } as const;
  const saw = stage === "server" || stage === "ended" ? `the drill of ${identifier} was not done` : sentences[stage];
  return {
    ok: stage === "done" && dropped,
    sentence: dropped ? saw : `${saw}; the database ${scratch} could not be dropped`,
    dump: { name: identifier, release, takenAt, bytes },
    scratch: { name: scratch, tables, rows, dropped },
    differences,
    where,
    tookMs,
  };
}

function textOf({ sentence, differences, scratch, where, tookMs }: DumpDrillResult): string {
  return [
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    ...differences.map((line) => `  ${line}`),
    `The database ${scratch.name} ${scratch.dropped ? "is gone again" : "is left: drop it by hand"}. The log is in ${where}.`,
    `The drill took ${spokenDuration(tookMs)}. The database that serves was not touched.`,
  ].join("\n");
}
