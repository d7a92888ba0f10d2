import { execa, type Options } from "execa";
import { environment, type ToolSettings } from "./settings.ts";

/** The output a program printed, trimmed, or undefined when it cannot be run or fails within 10 s. */
export async function outputOf(
  file: string,
  args: readonly string[],
  settings: ToolSettings,
): Promise<string | undefined> {
  const result = await execa(file, args, {
    env: environment(settings),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 10_000,
    maxBuffer: 1_000_000,
    ...cancelled(settings),
  });
  settings.signal?.throwIfAborted();
  return result.failed ? undefined : result.stdout.trim();
}

/** The version `x.y.z` (or `x.y`, `x`) that a program prints, if it does. */
export async function versionOf(file: string, pattern: RegExp, settings: ToolSettings): Promise<string | undefined> {
  return pattern.exec((await outputOf(file, ["--version"], settings)) ?? "")?.[1];
}

export interface LongCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is being done, for the line that says that it goes on. */
  readonly doing: string;
  readonly timeoutMs: number;
}

const heartbeatMs = 15_000;

/**
 * Runs a program that takes its time, saying now and then that it still runs. Its whole process group
 * ends with us or with the signal. Rejects with execa's error, the end of the output included.
 */
export async function runLong(command: LongCommand, settings: ToolSettings): Promise<void> {
  settings.signal?.throwIfAborted();
  const started = Date.now();
  const heartbeat = setInterval(() => {
    settings.progress?.(`still ${command.doing} (${duration(Date.now() - started)})`);
  }, heartbeatMs);
  try {
    await execa(command.file, command.args, {
      cwd: command.cwd,
      env: command.env ?? environment(settings),
      extendEnv: false,
      stdin: "ignore",
      all: true,
      maxBuffer: 10_000_000,
      timeout: command.timeoutMs,
      forceKillAfterDelay: 3_000,
      ...cancelled(settings),
    });
  } catch (error) {
    settings.signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

function cancelled(settings: ToolSettings): Pick<Options, "cancelSignal"> {
  return settings.signal === undefined ? {} : { cancelSignal: settings.signal };
}

/** The last lines a failed command printed, for an error text; at most 2,000 characters. */
export function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = "all" in error && typeof error.all === "string" && error.all.trim() !== "" ? error.all : error.message;
  return said.trim().split("\n").slice(-12).join("\n").slice(-2_000);
}

/** A time span as a person says it: `4.2 s`, `3 min 12 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
