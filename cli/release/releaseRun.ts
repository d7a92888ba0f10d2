import type { Settings } from "../../config.ts";
import type { ProjectManifest } from "../../project/readManifest.ts";
import type { JudgedItem } from "../../release/checklist/judgedItem.ts";
import { type EnvironmentName, environmentNames, other } from "../../release/environment.ts";
import type { Observation } from "../../release/observation.ts";
import type { PhaseId } from "../../release/schedule.ts";
import type { Verdict } from "../../release/verdict.ts";
import type { Context } from "../context.ts";
import { Engine } from "../engine/engine.ts";
import type { JournalFile } from "../journal/journalFile.ts";
import { findPlatform, liveNow } from "../live.ts";
import type { Platform } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";
import type { MoveRecord, ReleaseResult, RollbackResult } from "../result.ts";

/** What the phases of one release share. */
export interface ReleaseRun {
  readonly context: Context;
  readonly settings: Settings;
  readonly manifest: ProjectManifest;
  readonly version: string;
  /** Where the candidate goes. */
  readonly environment: EnvironmentName;
  /** What served when the release was taken up; nothing at a first deployment. */
  readonly live: { readonly environment: EnvironmentName; readonly version: string } | undefined;
  readonly journal: JournalFile;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** The answer to every question is yes. */
  readonly yes: boolean;
  /** Milliseconds to watch after the switch. */
  readonly watchForMs: number;
  engine: Engine | undefined;
  checklist: readonly JudgedItem[] | undefined;
  /** What the watch saw. */
  looks: readonly Observation[];
  move: MoveRecord | undefined;
  verdict: Verdict | undefined;
  rollback: RollbackResult | undefined;
  readonly phases: ReleaseResult["phases"][number][];
}

/** A phase's work. It throws to fail; what it learns it leaves in the run. */
export type PhaseWork = (run: ReleaseRun) => Promise<void>;
export type PhaseWorks = Readonly<Record<PhaseId, PhaseWork>>;

export async function engineOf(run: ReleaseRun): Promise<Engine> {
  if (run.engine === undefined) {
    const tell = (text: string) => run.reporter.tell({ kind: "step", text });
    run.engine = await Engine.open(run.context, tell, { watched: true });
    await run.engine.recover();
  }
  return run.engine;
}

/** Where the candidate goes: where it was switched to already, else the side that does not serve. */
export async function placeOf(
  context: Context,
  settings: Settings,
  version: string,
): Promise<Pick<ReleaseRun, "environment" | "live">> {
  const platform = await findPlatform(context);
  const served = platform === undefined ? undefined : await servedBy(platform, settings, version);
  if (served === undefined) return { environment: settings.live, live: undefined };
  if (served.version === version) return { environment: served.environment, live: served };
  return { environment: other(served.environment), live: served };
}

async function servedBy(
  platform: Platform,
  settings: Settings,
  version: string,
): Promise<{ environment: EnvironmentName; version: string } | undefined> {
  const serving = await platform.serving();
  const weights = platform.services.map((name) => serving.weights[name]);
  // Before its first switch a proxy gives nobody any traffic.
  if (weights.every((it) => it === undefined || it.blue + it.green === 0)) return undefined;
  const live = await liveNow(serving, platform);
  if (live !== undefined) return live;
  // Divided, as in a canary that was cut off: what serves beside the candidate.
  const candidate = environmentNames.find((name) => settings[name] === version) ?? other(settings.live);
  const environment = other(candidate);
  return { environment, version: (await platform.running())[environment].join("+") || "several versions" };
}
