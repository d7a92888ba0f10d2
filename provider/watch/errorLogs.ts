import { type EnvironmentName, environmentNames, other } from "../../release/environment.ts";
import { type NewPattern, newPatterns } from "../../release/logPatterns.ts";
import { masker } from "../../release/mask.ts";
import { sentence } from "../../release/problem.ts";

/** Logs that are read from where they were read before. */
export interface LogTail {
  /** Lines since the last call; `more` where there were more than is read at once: those are left out. */
  read(signal: AbortSignal): Promise<{ readonly lines: readonly string[]; readonly more: boolean }>;
}

/** How far before the watch logs are read, so that what both sides always say is known. Milliseconds. */
export const logLookBack = 900_000;
/** Lines that are kept of each side to compare with. */
const keptLines = 5_000;
/** Least time between two questions. Milliseconds. */
const askEvery = 15_000;

/** Follows the logs of both environments and tells error patterns that only the watched one has. */
export class ErrorLogs {
  readonly #watched: EnvironmentName;
  readonly #tails: Readonly<Record<EnvironmentName, readonly LogTail[]>>;
  readonly #warn: (text: string) => void;
  readonly #lines: Record<EnvironmentName, string[]> = { blue: [], green: [] };
  readonly #mask = masker([]);
  #askedAt = Number.NEGATIVE_INFINITY;
  #warned = false;
  #found: readonly NewPattern[] | undefined;

  constructor(
    tails: Readonly<Record<EnvironmentName, readonly LogTail[]>>,
    watched: EnvironmentName,
    warn: (text: string) => void,
  ) {
    this.#tails = tails;
    this.#watched = watched;
    this.#warn = warn;
  }

  /** Patterns so far; undefined where the logs cannot be read. */
  async look(signal: AbortSignal): Promise<readonly NewPattern[] | undefined> {
    const now = Date.now();
    if (now - this.#askedAt < askEvery) return this.#found;
    this.#askedAt = now;
    try {
      for (const name of environmentNames) {
        const read = await Promise.all(this.#tails[name].map((tail) => tail.read(signal)));
        const lines = this.#lines[name];
        lines.push(...read.flatMap((it) => it.lines));
        lines.splice(0, Math.max(0, lines.length - keptLines));
        if (read.some(({ more }) => more))
          this.#once(`${name} logs more than is read at once: some lines are left out`);
      }
      this.#found = newPatterns(this.#lines[this.#watched], this.#lines[other(this.#watched)], this.#mask);
    } catch (error) {
      signal.throwIfAborted();
      this.#once(`the logs cannot be read: ${sentence(error).split("\n")[0]}`);
      this.#found = undefined;
    }
    return this.#found;
  }

  #once(text: string): void {
    if (!this.#warned) this.#warn(text);
    this.#warned = true;
  }
}
