import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { deadlineIn } from "../../release/deadline.ts";
import { masker } from "../../release/mask.ts";
import { sentence } from "../../release/problem.ts";
import { OutputEnd } from "./outputEnd.ts";
import { secretParts } from "./secretParts.ts";

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
  /** Standard output and error in the order they came, secrets masked; the last 1 MB. */
  readonly output: string;
}

const outputLimit = 1_000_000;
const graceMs = 2000;

/**
 * Runs the team's command in a process group of its own, and ends with it whatever it started. A timeout, a signal and a
 * missing command are failures like any other exit code.
 */
export async function runSmoke(it: SmokeRun, signal: AbortSignal): Promise<SmokeResult> {
  signal.throwIfAborted();
  const began = Date.now();
  const output = new OutputEnd(outputLimit);
  const mask = masker(secretParts(it.secretEnv));
  const deadline = deadlineIn(it.timeoutMs, "The smoke test", signal);
  const reason = await run(it, output, deadline.signal)
    .catch((error: unknown) => sentence(error))
    .finally(deadline.end);
  signal.throwIfAborted();
  const passed = reason === undefined && !deadline.passed();
  return {
    passed,
    reason: passed ? "passed" : deadline.passed() ? `no result within ${it.timeoutMs / 1000} s` : mask(reason ?? ""),
    tookMs: Date.now() - began,
    output: mask(output.text()),
  };
}

/** Why the command failed; nothing when it exited with 0. */
async function run(it: SmokeRun, output: OutputEnd, stop: AbortSignal): Promise<string | undefined> {
  const [program, ...args] = it.command;
  const child = spawn(program, args, {
    cwd: it.directory,
    env: { ...callersOwn(), ...it.env, ...it.secretEnv, CI: "true", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.add(chunk));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // A cancelled or dying plugin takes the team's processes with it.
  const dying = () => endGroup(child, "SIGKILL");
  process.once("exit", dying);
  try {
    const ended = await new Promise<{ code: number | null; by: NodeJS.Signals | null } | "stopped">(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code, by) => resolve({ code, by }));
        stop.addEventListener("abort", () => resolve("stopped"), { once: true });
      },
    );
    if (ended === "stopped") {
      endGroup(child, "SIGTERM");
      await Promise.race([closed, pause(graceMs, undefined, { ref: false })]);
      return "it was stopped";
    }
    if (ended.code === 0) return undefined;
    return ended.code === null ? `ended by ${ended.by}` : `exit code ${ended.code}`;
  } finally {
    // What the command left running holds its output open: it gets no time of its own.
    endGroup(child, "SIGKILL");
    if (child.pid !== undefined) await Promise.race([closed, pause(graceMs, undefined, { ref: false })]);
    child.stdout.destroy();
    child.stderr.destroy();
    process.removeListener("exit", dying);
  }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function callersOwn(): Record<string, string> {
  const names = ["PATH", "HOME", "LANG", "TMPDIR", "TZ", "npm_config_cache"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name] ?? ""]] : [])));
}
