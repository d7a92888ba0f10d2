import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { accepts } from "../../provider/local/ports.ts";
import type { Project } from "./project.ts";

/** One answer of a service at a port: which version in which environment gave it. */
export async function answerAt(port: number): Promise<{ status: number; version: string; environment: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    signal: AbortSignal.timeout(5000),
    headers: { connection: "close" },
  });
  await answer.body?.cancel();
  const header = (name: string) => answer.headers.get(name) ?? "";
  return { status: answer.status, version: header("x-version"), environment: header("x-environment") };
}

/** Those ports of the range on which something listens. */
export async function portsInUse(first: number, count: number): Promise<number[]> {
  const ports = Array.from({ length: count }, (_, index) => first + index);
  const used = await Promise.all(ports.map((port) => accepts("127.0.0.1", port)));
  return ports.filter((_, index) => used[index]);
}

export interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

/** All processes that have not ended; one that only waits to be collected has. */
export async function processes(): Promise<ProcessLine[]> {
  const { stdout } = await execa("ps", ["-ww", "-eo", "pid=,ppid=,pgid=,stat=,args="]);
  return stdout
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .flatMap((it) =>
      it === null || it[4]?.startsWith("Z")
        ? []
        : [{ pid: Number(it[1]), parent: Number(it[2]), group: Number(it[3]), command: it[5] ?? "" }],
    );
}

/** Processes whose command line names the project's folder: what was started for it and lives on its own. */
export async function processesOf(project: Project): Promise<ProcessLine[]> {
  return (await processes()).filter((it) => it.command.includes(project.folder));
}

/** The supervisors of a project by the pid files they were started with; two of one file would be an orphan. */
export async function supervisorsOf(project: Project): Promise<string[]> {
  const supervisors = (await processesOf(project)).filter((it) => it.command.includes("supervise.sh"));
  return supervisors.map((it) => /processes\/([^/ ]+\.pid)/.exec(it.command)?.[1] ?? it.command).sort();
}

export async function descendantsOf(pid: number): Promise<ProcessLine[]> {
  const all = await processes();
  const found: ProcessLine[] = [];
  for (let generation = [pid]; generation.length > 0; ) {
    const children = all.filter(({ parent }) => generation.includes(parent));
    found.push(...children);
    generation = children.map((child) => child.pid);
  }
  return found;
}

/** Asks until the answer is there, at most as long as given. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, atMostMs = 20_000): Promise<T> {
  const deadline = Date.now() + atMostMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${atMostMs} ms in vain for ${what}`);
    await pause(50);
  }
}

/** The process that a supervisor keeps running. */
export async function commandOf(project: Project, name: string): Promise<ProcessLine> {
  const supervisor = Number(readFileSync(join(project.dir, "processes", `${name}.pid`), "utf8"));
  const child = (await processes()).find((it) => it.parent === supervisor && it.command.includes("server.js"));
  if (child === undefined) throw new Error(`${name} runs no command`);
  return child;
}

/** Ends a supervisor and its command at once, as an out-of-memory kill of the whole group would. */
export function killGroup(project: Project, name: string): void {
  process.kill(-Number(readFileSync(join(project.dir, "processes", `${name}.pid`), "utf8")), "SIGKILL");
}

/** Whether the stack's folder is there. */
export function folderStands(project: Project): boolean {
  return existsSync(project.dir);
}
