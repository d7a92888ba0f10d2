import { fileURLToPath } from "node:url";
import { execaNode } from "execa";
import { Problem, sentence } from "../../release/problem.ts";
import type { Bucket, LoadSummary, LoadWindow, Mark } from "./answers.ts";
import { checkLoadOptions, type LoadOptions } from "./options.ts";
import { type Ask, readReply } from "./protocol.ts";

export type { Answers, AnswersOf, Bucket, FailureSample, LoadSummary, LoadWindow, Mark } from "./answers.ts";
export type { LoadOptions, LoadTarget } from "./options.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
/** It loads its program first, which takes ten seconds and more on a machine that is busy with a release. */
const startMs = 120_000;
const replyMs = 30_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

type LoadProcess = ReturnType<typeof launch>;

function launch(signal: AbortSignal | undefined) {
  return execaNode(program, [], {
    cwd: projectFolder,
    nodeOptions: ["--import", "tsx", "--max-old-space-size=512"],
    ipc: true,
    serialization: "json",
    extendEnv: false,
    env: { PATH: process.env.PATH ?? "" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    maxBuffer: 64 * 1024,
    reject: false,
    forceKillAfterDelay: 2000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
}

/**
 * Steady traffic from a process of its own. If that process dies, every call rejects with a {@link Problem} and
 * {@link died} is aborted: silence is never mistaken for traffic without failures.
 */
export class LoadGenerator implements AsyncDisposable {
  readonly pid: number;
  readonly #child: LoadProcess;
  readonly #timeoutMs: number;
  readonly #death = new AbortController();
  readonly #waiting = new Map<number, Waiting>();
  readonly #exit: Promise<void>;
  #calls = 0;
  #stopping = false;

  private constructor(child: LoadProcess, timeoutMs: number) {
    this.pid = child.pid ?? 0;
    this.#child = child;
    this.#timeoutMs = timeoutMs;
    child.on("message", (message: unknown) => this.#settle(message));
    this.#exit = this.#watch();
  }

  /** Starts sending at once. Aborting the signal ends the process. Rejects when an option is wrong. */
  static async start(options: LoadOptions, { signal }: { signal?: AbortSignal } = {}): Promise<LoadGenerator> {
    const checked = checkLoadOptions(options);
    signal?.throwIfAborted();
    const child = launch(signal);
    const generator = new LoadGenerator(child, checked.timeoutMs);
    try {
      await generator.#call({ type: "start", options: checked }, startMs);
    } catch (error) {
      await generator[Symbol.asyncDispose]();
      throw error;
    }
    return generator;
  }

  /** Aborted, with a {@link Problem} as its reason, when the load process ends unasked. */
  get died(): AbortSignal {
    return this.#death.signal;
  }

  /** A moment to count from. What ends after this call has returned counts after the mark. Rejects once a limit is reached. */
  async mark(name: string): Promise<Mark> {
    return (await this.#call({ type: "mark", name })) as Mark;
  }

  /** What has ended since the mark. Rejects once a limit is reached. */
  async since(mark: Mark): Promise<LoadWindow> {
    return (await this.#call({ type: "window", from: mark.id })) as LoadWindow;
  }

  /** What ended between two marks. */
  async between(from: Mark, to: Mark): Promise<LoadWindow> {
    return (await this.#call({ type: "window", from: from.id, to: to.id })) as LoadWindow;
  }

  /** Every second from the start, by service, version and environment. */
  async timeline(): Promise<Bucket[]> {
    return (await this.#call({ type: "timeline" })) as Bucket[];
  }

  /** Sends no more, waits for the answers still due, ends the process and gives the sum of all. */
  async stop(): Promise<LoadSummary> {
    const summary = (await this.#call({ type: "stop" }, this.#timeoutMs + replyMs)) as LoadSummary;
    await this[Symbol.asyncDispose]();
    return summary;
  }

  /** Ends the process, however it stands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#child.kill();
    await this.#exit;
  }

  async #call(ask: Ask, waitMs = replyMs): Promise<unknown> {
    this.#death.signal.throwIfAborted();
    this.#calls += 1;
    const id = this.#calls;
    const answered = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(id, ask, waitMs), waitMs);
      this.#waiting.set(id, { resolve, reject, timer });
    });
    this.#child.sendMessage({ ...ask, id } as Parameters<LoadProcess["sendMessage"]>[0]).catch((error: unknown) => {
      this.#take(id)?.reject(this.#problem("The load process cannot be asked", error));
    });
    return await answered;
  }

  #giveUp(id: number, ask: Ask, waitMs: number): void {
    const text = `The load process did not answer "${ask.type}" in ${waitMs / 1000} s`;
    this.#take(id)?.reject(this.#problem(text));
  }

  #settle(message: unknown): void {
    const reply = readReply(message);
    const waiting = this.#take(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(this.#problem(reply.error));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }

  async #watch(): Promise<void> {
    const result = await this.#child;
    const how = result.exitCode === undefined ? `signal ${result.signal}` : `exit code ${result.exitCode}`;
    const said = String(result.stderr ?? "")
      .trim()
      .slice(-1000);
    const problem = this.#problem(
      result.isCanceled ? "The load was cancelled" : `The load process ended (${how})`,
      said === "" ? undefined : new Error(said),
    );
    if (!this.#stopping) this.#death.abort(problem);
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(problem);
  }

  #problem(happened: string, cause?: unknown): Problem {
    return new Problem({
      happened: cause === undefined ? `${happened}.` : `${happened}: ${sentence(cause)}`,
      where: `load process ${this.pid}`,
      untouched: "What it counted after the last report is lost; no result stands on it.",
      next: "run the rehearsal again",
      cause,
    });
  }
}
