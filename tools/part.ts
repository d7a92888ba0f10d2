import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Problem } from "../release/problem.ts";

export interface PartSettings {
  /** kube-apiserver, etcd, … */
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  /** File that takes what it prints. */
  readonly log: string;
  readonly signal?: AbortSignal | undefined;
}

/** One program of the control plane. It ends with the process that started it. */
export class Part {
  readonly name: string;
  readonly pid: number;
  readonly #settings: PartSettings;
  readonly #child: ReturnType<typeof start>;
  #ended: string | undefined;

  constructor(settings: PartSettings) {
    this.name = settings.name;
    this.#settings = settings;
    this.#child = start(settings);
    this.pid = this.#child.pid ?? 0;
    this.#child.then(
      ({ originalMessage, code }) => {
        this.#ended = code === undefined ? "ended at once" : `did not start: ${originalMessage}`;
      },
      (error: unknown) => {
        this.#ended = `did not start: ${String(error)}`;
      },
    );
  }

  /**
   * Asks until the answer is yes.
   *
   * @throws Problem with the program's last words when it ends before, or when the time is over.
   */
  async until(what: string, ask: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const { signal, log } = this.#settings;
    const deadline = Date.now() + timeoutMs;
    while (!(await ask().catch(() => false))) {
      signal?.throwIfAborted();
      if (this.#ended !== undefined || Date.now() > deadline) {
        const how = this.#ended ?? `did not get as far within ${timeoutMs / 1000} s`;
        throw new Problem({
          happened: `Waited for ${what}: ${this.name} ${how}.\n${lastLines(log)}`,
          where: log,
          untouched: "No cluster but the one that was to be started here is concerned.",
          next: "node cli/bin.mjs doctor",
        });
      }
      await pause(50, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Asks it to end, and makes it end where it does not within two seconds. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child;
  }

  /** Ends it at once, as a machine that loses power does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child;
  }
}

function start({ binary, args, log, signal }: PartSettings) {
  return execa(binary, args, {
    stdin: "ignore",
    stdout: { file: log, append: true },
    stderr: { file: log, append: true },
    buffer: false,
    reject: false,
    cleanup: true,
    forceKillAfterDelay: 2_000,
    // Proxies, and kubeconfigs of the person, are not for what speaks to itself on loopback.
    env: { PATH: process.env.PATH ?? "" },
    extendEnv: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
}

function lastLines(log: string): string {
  try {
    return readFileSync(log, "utf8").trim().split("\n").slice(-8).join("\n");
  } catch {
    return "It printed nothing.";
  }
}
