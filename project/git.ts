import { execa } from "execa";

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

  constructor(folder: string, signal?: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** What git prints, without the last line break; undefined when it fails: no repository, no such object, no git. */
  async ask(...args: readonly string[]): Promise<string | undefined> {
    const { failed, stdout } = await execa("git", ["--no-optional-locks", ...args], {
      cwd: this.#folder,
      env: environment,
      stdin: "ignore",
      reject: false,
      timeout: longestMs,
      maxBuffer: 16 * 1024 * 1024,
      ...(this.#signal === undefined ? {} : { cancelSignal: this.#signal }),
    });
    return failed ? undefined : stdout;
  }

  /** Runs a command that changes something. @throws what git said, when it fails */
  async change(...args: readonly string[]): Promise<void> {
    await execa("git", args, {
      cwd: this.#folder,
      env: environment,
      stdin: "ignore",
      timeout: 60_000,
      ...(this.#signal === undefined ? {} : { cancelSignal: this.#signal }),
    });
  }

  /** When a commit was made (the committer's date); undefined when it is not here. */
  async committedAt(commit: string): Promise<Date | undefined> {
    const seconds = await this.ask("show", "--no-patch", "--format=%ct", `${commit}^{commit}`);
    return seconds === undefined || !/^\d+$/.test(seconds) ? undefined : new Date(Number(seconds) * 1000);
  }
}
