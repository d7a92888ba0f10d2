import { spawn } from "node:child_process";

export interface ScriptEnd {
  readonly exitCode: number | null;
  /** All that it printed, in the order in which it came. */
  readonly text: string;
}

/** Starts a Job's command as a process of this machine, with these variables and no other. */
export function startScript([program = "", ...words]: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(program, words, { cwd: "/", env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (it: string) => {
      text += it;
    });
  }
  const ended = new Promise<ScriptEnd>((resolve) => child.once("close", (exitCode) => resolve({ exitCode, text })));
  return { child, ended, said: () => text };
}
