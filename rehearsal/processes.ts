import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { execa } from "execa";

/** One process of this machine. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly rssBytes: number;
  /** Its arguments as `ps` shows them. */
  readonly args: string;
}

/** Every living process; zombies are dead. */
export async function processes(): Promise<Process[]> {
  const { stdout } = await execa("ps", ["-A", "-ww", "-o", "pid=,ppid=,pgid=,stat=,rss=,args="], {
    timeout: 10_000,
    maxBuffer: 16 * 1024 * 1024,
    env: { LC_ALL: "C" },
  });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, group, state, rss, args] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (state === undefined || args === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), rssBytes: Number(rss) * 1024, args }];
  });
}

/** The process itself and all that it started, as far as their parents live. */
export function treeOf(all: readonly Process[], root: number): Process[] {
  const children = new Map<number, Process[]>();
  for (const it of all) children.set(it.parent, [...(children.get(it.parent) ?? []), it]);
  const found: Process[] = all.filter((it) => it.pid === root);
  for (const it of found) found.push(...(children.get(it.pid) ?? []));
  return found;
}

/** The program's name without folder and arguments. */
export function programOf({ args }: Process): string {
  return basename(args.split(" ", 1)[0] ?? "");
}

/** A variable that every child of a rehearsal carries, so that whatever outlives its starter is found. */
export const tagVariable = "GREENLIGHT_REHEARSAL";

/** Whether a process was started by the rehearsal in that folder, by its arguments or its environment. */
export function carriesMark(it: Process, folder: string): boolean {
  if (it.args.includes(folder)) return true;
  if (process.platform !== "linux") return false;
  try {
    return readFileSync(`/proc/${it.pid}/environ`, "utf8").split("\0").includes(`${tagVariable}=${folder}`);
  } catch {
    return false; // gone meanwhile, or another user's
  }
}

/** The same, or it works in that folder. */
export function belongsTo(it: Process, folder: string): boolean {
  if (carriesMark(it, folder)) return true;
  if (process.platform !== "linux") return false;
  try {
    const cwd = readlinkSync(`/proc/${it.pid}/cwd`);
    return cwd === folder || cwd.startsWith(`${folder}/`);
  } catch {
    return false; // gone meanwhile, or another user's
  }
}

/** Proportional set size in bytes, which counts shared pages once; undefined where the system does not tell. */
export function pssOf(pid: number): number | undefined {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined; // gone meanwhile, or not Linux
  }
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
