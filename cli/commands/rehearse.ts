import { userInfo } from "node:os";
import { type RehearsedPlatform, rehearse } from "../../rehearsal/rehearse.ts";
import type { Summary } from "../../rehearsal/summary.ts";
import { summaryText } from "../../rehearsal/table.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { GlobalOptions } from "../context.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";

export interface RehearseCommandOptions extends GlobalOptions {
  readonly platform: RehearsedPlatform;
  readonly quick: boolean;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  /** First of the ports to use instead of those of Pulumi.rehearsal.yaml. */
  readonly firstPort?: number | undefined;
  /** Names of the scenarios to play; default all. */
  readonly only?: readonly string[] | undefined;
}

/** Plays good and bad releases with real traffic, and ends with 0 only when every scenario ended as it should. */
export async function rehearseCommand(
  options: RehearseCommandOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<Summary>> {
  if (options.platform !== "local" && (options.keep || options.firstPort !== undefined)) {
    throw new Problem({
      happened: `--${options.keep ? "keep" : "ports"} is for this machine: a rehearsal on ${options.platform} ends what it started, and takes ports that are free.`,
      untouched: "Nothing was started.",
      next: "leave it out",
      exitCode: exitCodes.usage,
    });
  }
  const { summary, files } = await rehearse({
    platform: options.platform,
    quick: options.quick,
    keep: options.keep,
    firstPort: options.firstPort,
    only: options.only,
    by: personName(),
    signal,
    say: (text) => reporter.tell({ kind: "step", text }),
  });
  return {
    exitCode: signal.aborted ? exitCodes.interrupted : summary.ok ? exitCodes.ok : exitCodes.failed,
    json: summary,
    text: summaryText(summary, files, process.stdout.columns ?? 120),
  };
}

function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a user id without a name, as in containers
  }
}
