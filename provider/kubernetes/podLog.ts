import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { Log } from "@kubernetes/client-node";
import { answered } from "./abortable.ts";
import type { Client } from "./client.ts";

/** Most of a log that is kept in memory, bytes. */
const mostBytes = 64 * 1024;
/** Longest line that is told. */
const longestLine = 2_000;

/** The log of a pod's container: its lines as they come, and its end when it has ended. */
export class PodLog {
  readonly #client: Client;
  readonly #container: string;
  readonly #tell: (line: string) => void;
  readonly #followed = new Set<string>();
  readonly #open: AbortController[] = [];

  constructor(client: Client, container: string, tell: (line: string) => void) {
    this.#client = client;
    this.#container = container;
    this.#tell = tell;
  }

  /** Tells the lines of a pod from its first one on. What breaks it off ends it: the end of the log is asked for by itself. */
  follow(pod: string): void {
    if (this.#followed.has(pod)) return;
    this.#followed.add(pod);
    const lines = new PassThrough();
    createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      if (line.trim() !== "") this.#tell(line.slice(0, longestLine));
    });
    // A broken connection is an error of the stream as well; nobody needs to hear it twice.
    lines.on("error", () => undefined);
    const { config, namespace } = this.#client;
    new Log(config).log(namespace, pod, this.#container, lines, { follow: true }).then(
      (opened) => this.#open.push(opened),
      () => {
        // A container that has only just started has no log yet: the next thing that the cluster tells of it asks again.
        lines.end();
        this.#followed.delete(pod);
      },
    );
  }

  /** The end of what the container wrote. @throws what the API server answers, or that it did not in time */
  async last(pod: string, signal: AbortSignal): Promise<string> {
    const { core, namespace } = this.#client;
    const of = { namespace, name: pod, container: this.#container, tailLines: 1_000 };
    const text = await answered(() => core.readNamespacedPodLog(of), signal);
    return text.slice(-mostBytes);
  }

  close(): void {
    for (const opened of this.#open) opened.abort();
  }
}
