import { lstatSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { Settings } from "../config.ts";
import { type EnvironmentName, other } from "../release/environment.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { type RunbookPlan, type RunbookRead, readRunbook, runbookText } from "../release/runbook.ts";
import type { ProjectManifest } from "./readManifest.ts";
import { sharesOf } from "./strategySettings.ts";

/** What a runbook is written for. */
export interface RunbookOf {
  /** Absolute folder of the project. */
  readonly project: string;
  readonly stack: string;
  readonly settings: Settings;
  readonly manifest: ProjectManifest;
}

/** Largest runbook that is read: 1 MiB. */
export const runbookLimit = 1024 * 1024;

/** `<releases>/<version>.runbook.md`, relative to the project. */
export function runbookFile({ manifest }: RunbookOf): string {
  return join(dirname(manifest.file), `${manifest.manifest.version}.runbook.md`);
}

/** The runbook as it is in the project; undefined when there is none. @throws Problem for one that is no plain file of at most 1 MiB */
export function readRunbookFile(it: RunbookOf): RunbookRead | undefined {
  const path = join(it.project, runbookFile(it));
  try {
    const { size } = requirePlain(path, it);
    if (size > runbookLimit) throw notTaken(it, "is larger than 1 MiB");
    return readRunbook(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes the runbook of what the plan is now; the notes of the one before stay. Says its file, relative to the project. */
export function writeRunbookFile(it: RunbookOf): string {
  const notes = readRunbookFile(it)?.notes;
  const file = runbookFile(it);
  const path = join(it.project, file);
  writeFileSync(`${path}.fresh`, runbookText(runbookPlan(it), notes));
  renameSync(`${path}.fresh`, path);
  return file;
}

/**
 * What the manifest and the settings say for the runbook. Settings that the release itself changes, which environment serves and what is in
 * it, count only as far as they stay the same from T-30 until after the switch.
 */
export function runbookPlan({
  project,
  stack,
  settings,
  manifest: { manifest, digest, file },
}: RunbookOf): RunbookPlan {
  const folder = join(project, dirname(file));
  const at = (path: string) => relative(folder, path).split(sep).join("/") || ".";
  const { database, version } = manifest;
  const { candidate, before } = placeIn(settings, version);
  const { calendar, strategy, thresholds, watch } = settings;
  const team = manifest.team ?? calendar?.default ?? onlyTeam(calendar?.teams);
  return {
    version,
    commit: manifest.commit,
    stack,
    manifest: { file: basename(file), digest },
    features: manifest.features,
    issues: manifest.issues,
    services: Object.entries(settings.services).map(([name, it]) => ({ name, port: it.port, instances: it.instances })),
    database:
      database.tool === "none"
        ? undefined
        : {
            tool: database.tool,
            directory: at(database.directory),
            rollback: database.rollback === undefined ? undefined : at(database.rollback),
            drill: settings.backup.drill,
          },
    smoke: { command: manifest.smoke.command, directory: at(manifest.smoke.directory) },
    candidate,
    before,
    watch: { forMs: watch.for, everyMs: watch.every },
    shares: sharesOf(strategy),
    noGo: {
      errorRate: thresholds.errorRate,
      errorForMs: thresholds.errorFor,
      p95Ms: thresholds.p95,
      p95ForMs: thresholds.p95For,
    },
    durationMs: manifest.duration,
    team,
    zone: (team === undefined ? undefined : calendar?.teams[team]?.zone) ?? calendar?.zone,
    downtime: manifest.downtime,
    onCall:
      manifest.onCall === undefined
        ? undefined
        : { name: manifest.onCall.name, acknowledgedAt: manifest.onCall.acknowledgedAt },
    recipients: manifest.communication,
    overrides: manifest.overrides,
    evidence: Object.entries(manifest.evidence).flatMap(([item, it]) =>
      it !== undefined && "files" in it ? [{ item, files: it.files }] : [],
    ),
  };
}

/** Where the settings have a version or would have it, and what the other side has. */
function placeIn(
  { live, blue, green }: Settings,
  version: string,
): { readonly candidate: EnvironmentName; readonly before: RunbookPlan["before"] } {
  const first = blue === undefined && green === undefined;
  const candidate: EnvironmentName =
    blue === version ? "blue" : green === version ? "green" : first ? live : other(live);
  const beside = candidate === "blue" ? green : blue;
  return { candidate, before: beside === undefined ? undefined : { environment: other(candidate), version: beside } };
}

function onlyTeam(teams: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const names = Object.keys(teams ?? {});
  return names.length === 1 ? names[0] : undefined;
}

function requirePlain(path: string, it: RunbookOf): { readonly size: number } {
  const found = lstatSync(path);
  if (!found.isFile()) throw notTaken(it, "is no plain file");
  return found;
}

function notTaken(it: RunbookOf, why: string): Problem {
  return new Problem({
    happened: `The runbook ${runbookFile(it)} ${why}.`,
    untouched: "Nothing was written.",
    next: "move it away and run the command again",
    exitCode: exitCodes.usage,
  });
}
