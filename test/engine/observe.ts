import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { accepts } from "../../provider/local/ports.ts";
import { type ProcessLine, processes } from "../processes.ts";
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

/** Processes whose command line names the project's folder: what was started for it and lives on its own. */
export async function processesOf(project: Project): Promise<ProcessLine[]> {
  return (await processes()).filter((it) => it.command.includes(project.folder));
}

/** The supervisors of a project by the pid files they were started with; two of one file would be an orphan. */
export async function supervisorsOf(project: Project): Promise<string[]> {
  const supervisors = (await processesOf(project)).filter((it) => it.command.includes("supervise.sh"));
  return supervisors.map((it) => /processes\/([^/ ]+\.pid)/.exec(it.command)?.[1] ?? it.command).sort();
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
