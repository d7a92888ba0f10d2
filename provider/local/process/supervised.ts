import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Problem } from "../../../release/problem.ts";

const supervisor = fileURLToPath(new URL("./supervise.sh", import.meta.url));

/** A command that is kept running by a supervisor in a process group of its own. */
export interface SupervisedCommand {
  /** Where the supervisor writes its pid; also what it is recognised by. */
  readonly pidFile: string;
  readonly logFile: string;
  readonly command: readonly [string, ...string[]];
  readonly directory: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Signal that asks the command to end. Default TERM. */
  readonly stopSignal?: "TERM" | "INT";
  /** Run as another user: PostgreSQL refuses root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Starts the supervisor detached, so that it outlives the engine. Resolves with its pid once it has written it. */
export async function startSupervised(it: SupervisedCommand, signal: AbortSignal): Promise<number> {
  mkdirSync(dirname(it.logFile), { recursive: true });
  const log = openSync(it.logFile, "a", 0o600);
  try {
    const child = spawn("/bin/sh", [supervisor, it.pidFile, it.stopSignal ?? "TERM", ...it.command], {
      cwd: it.directory,
      env: { ...it.env },
      detached: true,
      stdio: ["ignore", log, log],
      ...(it.user === undefined ? {} : it.user),
    });
    let failed: Error | undefined;
    child.once("error", (error) => {
      failed = error;
    });
    child.unref();
    const deadline = Date.now() + 5000;
    while (supervisorOf(it.pidFile) === undefined) {
      if (failed !== undefined || child.exitCode !== null || Date.now() > deadline) {
        throw new Problem({
          happened: `The process ${it.command[0]} could not be started.`,
          where: it.directory,
          next: `look at ${it.logFile}`,
          cause: failed,
        });
      }
      await pause(10, undefined, { signal });
    }
    return supervisorOf(it.pidFile) ?? 0;
  } finally {
    closeSync(log);
  }
}

/**
 * The pid of the living supervisor of this pid file, or nothing. A pid that another program has taken over is told apart
 * by its arguments, which name the pid file.
 */
export function supervisorOf(pidFile: string): number | undefined {
  const pid = pidIn(pidFile);
  return pid !== undefined && commandLine(pid)?.includes(argument(pidFile)) ? pid : undefined;
}

/** Whether the process group of this pid file still has members, though its supervisor may be dead. */
export function groupOf(pidFile: string): number | undefined {
  const pid = pidIn(pidFile);
  if (pid === undefined) return undefined;
  const leader = commandLine(pid);
  if (leader !== undefined && !leader.includes(argument(pidFile))) return undefined;
  return groupAlive(pid) ? pid : undefined;
}

/**
 * Ends the supervisor and its command: asks, waits for `drainMs`, then kills the group. Resolves when no process of
 * the group is left; does nothing when there is none.
 */
export async function stopSupervised(pidFile: string, drainMs: number): Promise<void> {
  const group = groupOf(pidFile);
  if (group !== undefined) {
    const supervised = supervisorOf(pidFile) !== undefined;
    send(supervised ? group : -group, "SIGTERM");
    // What the command itself started is asked when the command is gone: before, it is the command's to tell it.
    const orphaned = supervised ? () => supervisorOf(pidFile) === undefined && leaderGone(group) : undefined;
    if (!(await gone(group, drainMs, orphaned))) {
      send(-group, "SIGKILL");
      if (!(await gone(group, 5000))) {
        throw new Problem({
          happened: `Process group ${group} does not end, not even by SIGKILL.`,
          where: pidFile,
          next: `look at it with: ps -o pid,stat,args -g ${group}`,
        });
      }
    }
  }
  rmSync(pidFile, { force: true });
}

function pidIn(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, "utf8").trim());
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Between arguments: NUL where the system tells them apart, else a space. */
const gap = process.platform === "linux" ? "\0" : " ";
const argument = (text: string) => `${gap}${text}${gap}`;

/** The arguments of a living process, a gap around each; a zombie counts as dead. */
function commandLine(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const text = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return text === "" ? undefined : `${gap}${text}`;
    }
    const text = execFileSync("ps", ["-ww", "-o", "stat=,args=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text.startsWith("Z") ? undefined : `${gap}${text}${gap}`;
  } catch {
    return undefined; // no such process
  }
}

function leaderGone(group: number): boolean {
  return commandLine(group) === undefined;
}

function groupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return process.platform !== "linux" || livingMembers(group);
}

/** A group whose members are all zombies is dead: in a container nobody may reap them. */
function livingMembers(group: number): boolean {
  const lines = execFileSync("ps", ["-eo", "pgid=,stat="], { encoding: "utf8" }).split("\n");
  return lines.some((line) => {
    const [pgid, stat = ""] = line.trim().split(/\s+/);
    return Number(pgid) === group && !stat.startsWith("Z");
  });
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Waits until no member of the group lives. Once `orphaned` says so, those that are left are asked to end. */
async function gone(group: number, withinMs: number, orphaned?: () => boolean): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  let asked = orphaned === undefined;
  while (groupAlive(group)) {
    if (Date.now() > deadline) return false;
    if (!asked && orphaned?.() === true) {
      asked = true;
      send(-group, "SIGTERM");
    }
    await pause(25);
  }
  return true;
}
