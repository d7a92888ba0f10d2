import { statfsSync } from "node:fs";
import { firingAlarms, instancesHealth } from "../../project/liveHealth.ts";
import { serviceMismatches } from "../../project/servicesMatch.ts";
import { accepts } from "../../provider/local/ports.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { findPlatform, type Platform, sayLive } from "../live.ts";
import type { ReleaseRun } from "./releaseRun.ts";

/** Room that a snapshot and logs may need at the least. */
const leastFreeBytes = 200 * 1024 * 1024;

/** T-60: what must be so before anything is touched. Every finding is told at once. */
export async function checks(run: ReleaseRun): Promise<void> {
  const findings: string[] = [
    ...serviceMismatches(run.settings, run.manifest),
    ...roomFor(run),
    ...(await checklistNow(run)),
  ];
  const platform = findPlatform(run.context);
  if (run.live !== undefined && platform !== undefined) {
    findings.push(...(await liveIsHealthy(run, platform)), ...(await nothingFires(run, platform)));
    findings.push(...(await databaseAnswers(platform)), ...wayBackIsReady(run, platform));
  }
  if (findings.length === 0) {
    run.reporter.tell({ kind: "step", text: "all checks passed" });
    return;
  }
  throw new Problem({
    happened: `${findings.length === 1 ? "A check fails" : `${findings.length} checks fail`}:\n${findings.map((it) => `  ${it}`).join("\n")}`,
    untouched:
      platform === undefined
        ? "Nothing was changed."
        : `Nothing was changed: ${sayLive(await platform.serving(), platform)}.`,
    next: `mend that and run \`greenlight release ${run.version}\` again`,
    exitCode: exitCodes.refused,
  });
}

/** The checklist and its readers are loaded only where the stack asks for them. */
async function checklistNow(run: ReleaseRun): Promise<readonly string[]> {
  if (run.settings.checklist.level !== "none") {
    return (await import("./checklistFindings.ts")).checklistFindings(run);
  }
  run.reporter.tell({ kind: "warning", text: "the checklist is not judged: greenlight:checklist has level none" });
  return [];
}

function roomFor({ context }: ReleaseRun): string[] {
  const { bavail, bsize } = statfsSync(context.project);
  const free = bavail * bsize;
  return free >= leastFreeBytes
    ? []
    : [
        `the disk has ${Math.round(free / 1e6)} MB left; ${Math.round(leastFreeBytes / 1e6)} MB are wanted for snapshot and logs`,
      ];
}

async function liveIsHealthy({ live, settings, signal }: ReleaseRun, { facts }: Platform): Promise<string[]> {
  if (live === undefined) return [];
  const answers = await instancesHealth({ facts, settings, environment: live.environment, signal });
  return answers
    .filter(({ healthy }) => !healthy)
    .map(({ service, port, says }) => `the live ${service} on port ${port} is not healthy: ${says}`);
}

/** An alarm that fires before the start is a no-go: the candidate would be blamed for it, or hide it. */
async function nothingFires({ live, settings, signal }: ReleaseRun, { facts }: Platform): Promise<string[]> {
  if (live === undefined) return [];
  const firing = await firingAlarms({ facts, settings, environment: live.environment, signal });
  return firing.map(({ says }) => says);
}

async function databaseAnswers({ facts }: Platform): Promise<string[]> {
  const { database, listen } = facts;
  if (database === undefined || (await accepts(listen, database.port))) return [];
  return [`the database does not accept connections on port ${database.port}`];
}

function wayBackIsReady({ live }: ReleaseRun, platform: Platform): string[] {
  if (live === undefined) return [];
  const running = platform.running()[live.environment];
  return running.length === 1
    ? []
    : [`the way back is not clear: ${live.environment} runs ${running.join(", ") || "nothing"}`];
}
