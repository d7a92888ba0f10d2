import { ExecaError, execa } from "execa";
import { maskSecrets } from "../../release/mask.ts";

/** A smoke test as it is run: the team's command, never a shell. */
export interface SmokeRun {
  readonly command: readonly [string, ...string[]];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface SmokeResult {
  readonly passed: boolean;
  /** Why it did not pass; "passed" when it did. */
  readonly reason: string;
  readonly tookMs: number;
  /** Standard output and error in the order they came, secrets masked, at most 1 MB. */
  readonly output: string;
}

/** Runs the team's command. A timeout, a signal and a missing command are failures like any other exit code. */
export async function runSmoke(it: SmokeRun, signal: AbortSignal): Promise<SmokeResult> {
  const began = Date.now();
  const [program, ...args] = it.command;
  const running = execa(program, args, {
    cwd: it.directory,
    env: { ...callersOwn(), ...it.env, ...it.secretEnv, CI: "true", NO_COLOR: "1" },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    maxBuffer: 1_000_000,
    timeout: it.timeoutMs,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
    reject: false,
  });
  const result = await running;
  signal.throwIfAborted();
  const output = maskSecrets(result.all ?? "", Object.values(it.secretEnv));
  const passed = !result.failed && result.exitCode === 0;
  return { passed, reason: passed ? "passed" : why(result, it), tookMs: Date.now() - began, output };
}

function why(result: { timedOut: boolean; exitCode?: number; signal?: string }, it: SmokeRun): string {
  if (result.timedOut) return `no result within ${it.timeoutMs / 1000} s`;
  if (result.exitCode !== undefined) return `exit code ${result.exitCode}`;
  if (result.signal !== undefined) return `ended by ${result.signal}`;
  return result instanceof ExecaError ? (result.originalMessage ?? result.shortMessage) : "it could not be started";
}

function callersOwn(): Record<string, string> {
  const names = ["PATH", "HOME", "LANG", "TMPDIR", "TZ", "npm_config_cache"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name] ?? ""]] : [])));
}
