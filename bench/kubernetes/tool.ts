import { execa } from "execa";
import { Problem } from "../../release/problem.ts";

/** Where the programs of other contenders work. */
export interface Desk {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Stands for the person's home: what they find out about the server is kept there from one run to the next. */
  readonly home: string;
  readonly signal: AbortSignal;
}

/** Runs a program of another contender as a person would, to its end. @throws Problem with its last words */
export async function run(file: string, args: readonly string[], desk: Desk): Promise<void> {
  const { kubeconfig, namespace, home, signal } = desk;
  const ran = await execa(file, [...args, "--kubeconfig", kubeconfig, "--namespace", namespace], {
    env: { PATH: process.env.PATH ?? "", HOME: home },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 180_000,
    forceKillAfterDelay: 2_000,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (ran.exitCode !== 0) {
    const what = [file.split("/").at(-1), ...args.slice(0, 3)].join(" ");
    throw new Problem({ happened: `\`${what}\` ended with ${ran.exitCode ?? "a signal"}: ${ran.stderr.slice(-600)}` });
  }
}
