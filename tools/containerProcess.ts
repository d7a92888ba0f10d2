import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What runs on this machine in place of an image. `{port}` in its words is the port that it shall listen on. */
export interface LocalCommand {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Finds what runs in place of an image reference, `registry/name@sha256:…`; nothing: no such image. @param labels of the pod; of a task its `group` */
export type Images = (image: string, labels?: Readonly<Record<string, string>>) => LocalCommand | undefined;

/** Process groups that still run: a simulator that ends takes them along. */
const running = new Set<number>();
process.once("exit", () => {
  for (const group of running) signalGroup(group, "SIGKILL");
});

/** One container: a process of this machine in a process group of its own. */
export class ContainerProcess {
  readonly pid: number;
  /** Resolves with the exit code when it has ended; 128 and the signal's number where a signal ended it. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  constructor(
    it: LocalCommand,
    given: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly port: number },
    log: (line: string) => void,
  ) {
    const words = [...it.command, ...given.args].map((word) => word.replaceAll("{port}", String(given.port)));
    const [file = "", ...args] = words;
    this.#child = spawn(file, args, {
      cwd: it.cwd,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...it.env,
        ...given.env,
        PORT: String(given.port),
        HOST: "127.0.0.1",
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.pid = this.#child.pid ?? 0;
    if (this.pid > 0) running.add(this.pid);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", log);
    }
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        log(`${file}: ${error.message}`);
        resolve(127);
      });
      this.#child.once("exit", (code, signal) => {
        running.delete(this.pid);
        // What it started ends with it, as in a container.
        signalGroup(this.pid, "SIGKILL");
        resolve(code ?? (signal === "SIGKILL" ? 137 : 143));
      });
    });
  }

  /** Asks it to end; after the time given it is made to. */
  async stop(graceMs: number): Promise<void> {
    if (!running.has(this.pid)) return;
    signalGroup(this.pid, "SIGTERM");
    const timer = setTimeout(() => signalGroup(this.pid, "SIGKILL"), graceMs);
    await this.ended;
    clearTimeout(timer);
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  if (group <= 0) return;
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
