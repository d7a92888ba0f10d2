import { createServer, type Server } from "node:https";
import { z } from "zod";

/** Where the API server looks for what a kubelet serves. */
export interface KubeletAddress {
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

const longest = 2_000;

/** The last lines of one container, as it runs now and as it ran before. */
export class ContainerLog {
  #now: string[] = [];
  #before: string[] | undefined;
  readonly #followers = new Set<(line: string | undefined) => void>();
  #over = false;

  /** Whether nothing more comes. */
  get over(): boolean {
    return this.#over;
  }

  add(text: string): void {
    const line = `${new Date().toISOString()} ${text}`;
    this.#now.push(line);
    if (this.#now.length > longest) this.#now.shift();
    for (const tell of this.#followers) tell(line);
  }

  /** What was written so far is of a run that ended. */
  turn(): void {
    this.#before = this.#now;
    this.#now = [];
  }

  /** Nothing more comes. */
  end(): void {
    this.#over = true;
    for (const tell of this.#followers) tell(undefined);
    this.#followers.clear();
  }

  /** Lines with the time at which each was written; nothing where it never ran before. */
  lines(previous: boolean): readonly string[] | undefined {
    return previous ? this.#before : this.#now;
  }

  /** Tells each further line, and nothing when there will be no more; returns how to stop it. */
  follow(tell: (line: string | undefined) => void): () => void {
    this.#followers.add(tell);
    return () => this.#followers.delete(tell);
  }
}

const flag = z.stringbool().default(false);
/** What a reader may ask for; anything else is refused. */
const query = z.strictObject({
  follow: flag,
  previous: flag,
  timestamps: flag,
  tailLines: z.coerce.number().int().min(0).optional(),
  sinceSeconds: z.coerce.number().int().min(1).optional(),
  limitBytes: z.coerce.number().int().min(1).optional(),
});

/** Serves containers' logs as a kubelet does, to the API server, which answers `kubectl logs` and its like with them. */
export async function servePodLogs(
  at: KubeletAddress,
  find: (pod: string, container: string) => ContainerLog | undefined,
): Promise<Server> {
  const server = createServer({ cert: at.certificate, key: at.key }, (request, answer) => {
    const url = new URL(request.url ?? "/", "https://127.0.0.1");
    const [, what, , pod = "", container = ""] = url.pathname.split("/");
    const log = what === "containerLogs" ? find(pod, container) : undefined;
    const asked = query.safeParse(Object.fromEntries(url.searchParams));
    if (log === undefined || !asked.success) {
      answer.writeHead(log === undefined ? 404 : 400).end(log === undefined ? "not found" : asked.error?.message);
      return;
    }
    const { follow, previous, timestamps, tailLines, sinceSeconds, limitBytes } = asked.data;
    const all = log.lines(previous);
    if (all === undefined) {
      answer.writeHead(400).end("previous terminated container not found");
      return;
    }
    const shown = (line: string) => `${timestamps ? line : line.slice(line.indexOf(" ") + 1)}\n`;
    const since = sinceSeconds === undefined ? "" : new Date(Date.now() - 1_000 * sinceSeconds).toISOString();
    const lines = all.filter((line) => line >= since);
    const last = tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines));
    answer.writeHead(200, { "content-type": "text/plain" });
    answer.write(Buffer.from(last.map(shown).join("")).subarray(0, limitBytes));
    if (!follow || previous || log.over) {
      answer.end();
      return;
    }
    answer.flushHeaders();
    const stop = log.follow((line) => {
      if (line === undefined) answer.end();
      else answer.write(shown(line));
    });
    answer.once("close", stop);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, "127.0.0.1", resolve);
  });
  return server;
}
