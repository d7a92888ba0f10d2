import { execFile } from "node:child_process";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

// Not execa: `greenlight check` and each preview ask git, and loading execa's 130 modules takes longer than git does.
const run = promisify(execFile);

/** Longest that one question to git may take. Milliseconds. */
const longestMs = 15_000;

/**
 * Never a prompt, one language, and the repository as it is: what the caller's environment, replaced objects (`git replace`) or grafts
 * would have git tell of it instead is left out.
 */
const environment = {
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_GRAFT_FILE: "/dev/null",
  GIT_DIR: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
  GIT_NAMESPACE: undefined,
  GIT_PREFIX: undefined,
  GIT_SHALLOW_FILE: undefined,
  GIT_LITERAL_PATHSPECS: undefined,
} as const;

/** The project's repository, asked by git itself; never a shell, never a prompt. */
export class Git {
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;
  readonly #answers: Map<string, Promise<string | undefined>> | undefined;
  /** Questions that are not answered yet. */
  #asked = 0;

  /**
   * @param remembering asks git each question once, for work that is to see one state of the repository and asks the same from several
   *   places: starting git takes longer than what it does
   */
  constructor(folder: string, signal?: AbortSignal, remembering?: "remembering") {
    this.#folder = folder;
    this.#signal = signal;
    this.#answers = remembering === undefined ? undefined : new Map();
  }

  /** What git prints, without the last line break; undefined when it fails: no repository, no such object, no git. */
  async ask(...args: readonly string[]): Promise<string | undefined> {
    const question = args.join("\0");
    const known = this.#answers?.get(question);
    if (known !== undefined) return known;
    const answer = this.#run(["--no-optional-locks", ...args], longestMs).catch(() => undefined);
    this.#answers?.set(question, answer);
    return answer;
  }

  /**
   * Resolves once no question is under way, and none follows from the answers at once.
   *
   * @param mostMs how long a question may hold it up
   */
  async quiet(mostMs: number): Promise<void> {
    const end = Date.now() + mostMs;
    await nextTurn();
    while (this.#asked > 0 && Date.now() < end) {
      await pause(2);
      await nextTurn();
    }
  }

  /** Runs a command that changes something. @throws what git said, when it fails */
  async change(...args: readonly string[]): Promise<void> {
    this.#answers?.clear();
    await this.#run(args, 60_000);
    this.#answers?.clear();
  }

  /** When a commit was made (the committer's date); undefined when it is not here. */
  async committedAt(commit: string): Promise<Date | undefined> {
    const seconds = await this.ask("show", "--no-patch", "--format=%ct", `${commit}^{commit}`);
    return seconds === undefined || !/^\d+$/.test(seconds) ? undefined : new Date(Number(seconds) * 1000);
  }

  async #run(args: readonly string[], timeout: number): Promise<string> {
    const asked = run("git", args, {
      cwd: this.#folder,
      env: { ...process.env, ...environment },
      timeout,
      maxBuffer: 16 * 1024 * 1024,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    // Whoever asks for a password finds nobody there.
    asked.child.stdin?.end();
    this.#asked += 1;
    try {
      const { stdout } = await asked;
      return stdout.replace(/\r?\n$/, "");
    } finally {
      this.#asked -= 1;
    }
  }
}
