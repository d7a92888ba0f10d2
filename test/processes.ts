import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { patient } from "./patience.ts";

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

/** Asks until the answer is there, for as long as a test is {@link patient}. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + patient.timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${patient.timeout} ms in vain for ${what}`);
    await pause(50);
  }
}
