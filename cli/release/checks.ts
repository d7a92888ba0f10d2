import { statfsSync } from "node:fs";
import { serviceMismatches } from "../../project/servicesMatch.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { findPlatform, sayLive } from "../live.ts";
import { platformIn } from "../offered.ts";
import type { Platform } from "../platform/platform.ts";
import type { ReleaseRun } from "./releaseRun.ts";

/** Room that a snapshot and logs may need at the least. */
const leastFreeBytes = 200 * 1024 * 1024;

/** T-60: what must be so before anything is touched. Every finding is told at once. */
export async function checks(run: ReleaseRun): Promise<void> {
  const platform = await findPlatform(run.context);
  const [checklist, live] = await Promise.all([
    checklistNow(run),
    platform === undefined ? [] : liveAndWayBack(run, platform),
  ]);
  const findings = [...serviceMismatches(run.settings, run.manifest), ...roomFor(run), ...checklist, ...live];
  if (findings.length === 0) {
    run.reporter.tell({ kind: "step", text: "all checks passed" });
    return;
  }
  throw new Problem({
    happened: `${findings.length === 1 ? "A check fails" : `${findings.length} checks fail`}:\n${findings.map((it) => `  ${it}`).join("\n")}`,
    untouched:
      platform === undefined
        ? "Nothing was changed."
        : `Nothing was changed: ${await sayLive(await platform.serving(), platform)}.`,
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

type Live = NonNullable<ReleaseRun["live"]>;

function roomFor({ context }: ReleaseRun): string[] {
  if (platformIn(context) !== "local") return [];
  const { bavail, bsize } = statfsSync(context.project);
  const free = bavail * bsize;
  return free >= leastFreeBytes
    ? []
    : [
        `the disk has ${Math.round(free / 1e6)} MB left; ${Math.round(leastFreeBytes / 1e6)} MB are wanted for snapshot and logs`,
      ];
}

async function liveAndWayBack(run: ReleaseRun, platform: Platform): Promise<string[]> {
  if (run.live === undefined) return [];
  const found = await Promise.all([
    liveIsHealthy(run.live, platform, run.signal),
    platform.troubles(run.live.environment, run.signal),
    wayBackIsReady(run.live, platform),
  ]);
  return found.flat();
}

async function liveIsHealthy(live: Live, platform: Platform, signal: AbortSignal): Promise<string[]> {
  const services = await platform.health(live.environment, signal);
  return services.flatMap(({ sick }) => sick.map((it) => `the live ${it}`));
}

async function wayBackIsReady(live: Live, platform: Platform): Promise<string[]> {
  const running = (await platform.running())[live.environment];
  return running.length === 1
    ? []
    : [`the way back is not clear: ${live.environment} runs ${running.join(", ") || "nothing"}`];
}
