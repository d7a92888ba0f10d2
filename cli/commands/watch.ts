import { watch } from "../../provider/watch/watch.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { type ExitCode, exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Verdict, VerdictWord } from "../../release/verdict.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { liveNow, requirePlatform, sayLive } from "../live.ts";
import { requireCounted } from "../offered.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import { lookEvents } from "../watch/lookEvents.ts";

export interface WatchCommandOptions extends GlobalOptions {
  /** Milliseconds; by default the setting `watch.for`. */
  readonly forMs?: number | undefined;
  /** By default the one that serves. */
  readonly environment?: EnvironmentName | undefined;
}

export interface WatchResult {
  readonly ok: boolean;
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly verdict: Verdict;
  readonly newErrorPatterns: readonly { pattern: string; count: number; sample: string }[];
  readonly database?: object;
}

const codes: Readonly<Record<VerdictWord, ExitCode>> = {
  go: exitCodes.ok,
  "no-go": exitCodes.refused,
  undecided: exitCodes.undecided,
};

/** Looks at what serves for a while and says go, no-go or undecided, each with its grounds. Changes nothing. */
export async function watchCommand(
  options: WatchCommandOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<WatchResult>> {
  const context = openContext(options);
  requireCounted(context, "watch");
  const settings = context.settings();
  const platform = await requirePlatform(context);
  const serving = await platform.serving();
  const live = await liveNow(serving, platform);
  const environment = options.environment ?? live?.environment;
  if (environment === undefined || !environmentNames.includes(environment)) {
    throw new Problem({
      happened: "No environment takes all traffic, so it is not clear which one to watch.",
      where: await sayLive(serving, platform),
      untouched: "Nothing was changed.",
      next: "name it with --environment blue or green",
      exitCode: exitCodes.usage,
    });
  }
  const version = (await platform.running())[environment].join("+") || "unknown";
  const observer = await platform.observer({ environment, version, signal, reporter });
  const forMs = options.forMs ?? settings.watch.for;
  const { verdict } = await watch({
    observer,
    thresholds: platform.thresholds(),
    services: platform.services,
    forMs,
    everyMs: settings.watch.every,
    signal,
    onLook: lookEvents(reporter, { environment, version }, Date.now() + forMs),
  });
  return {
    exitCode: codes[verdict.verdict],
    json: {
      ok: verdict.verdict === "go",
      environment,
      version,
      verdict,
      newErrorPatterns: observer.newPatterns,
      ...(observer.database === undefined ? {} : { database: observer.database }),
    },
    text: verdict.sentence,
  };
}
