import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readRecords } from "../../../provider/local/instanceRecord.ts";
import type { EnvironmentName } from "../../../release/environment.ts";
import { type NewPattern, newPatterns } from "../../../release/logPatterns.ts";
import { masker } from "../../../release/mask.ts";

/** How much of a log is read at once, and how many lines are kept to compare with. */
const chunk = 256 * 1024;
const keptLines = 5000;

/** Follows the logs of both environments and tells error patterns that only the watched one has. */
export class LogWatch {
  readonly #dir: string;
  readonly #watched: EnvironmentName;
  readonly #reference: EnvironmentName;
  readonly #mask: (text: string) => string;
  readonly #offsets = new Map<string, number>();
  readonly #lines: Record<EnvironmentName, string[]> = { blue: [], green: [] };

  constructor(dir: string, watched: EnvironmentName, reference: EnvironmentName, secret: string | undefined) {
    this.#dir = dir;
    this.#watched = watched;
    this.#reference = reference;
    this.#mask = masker(secret === undefined ? [] : [secret]);
  }

  look(): readonly NewPattern[] {
    for (const it of readRecords(this.#dir)) {
      const lines = this.#lines[it.environment];
      lines.push(...this.#read(it.logFile));
      lines.splice(0, Math.max(0, lines.length - keptLines));
    }
    return newPatterns(this.#lines[this.#watched], this.#lines[this.#reference], this.#mask);
  }

  /** Whole lines that were added since the last look; of a first look only the end of the file. */
  #read(file: string): string[] {
    let handle: number;
    try {
      handle = openSync(file, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    try {
      const { size } = fstatSync(handle);
      const from = Math.min(this.#offsets.get(file) ?? Math.max(0, size - chunk), size);
      const buffer = Buffer.alloc(Math.min(chunk, size - from));
      const read = readSync(handle, buffer, 0, buffer.length, from);
      const whole = buffer.subarray(0, read).lastIndexOf(10) + 1;
      this.#offsets.set(file, from + whole);
      return buffer.subarray(0, whole).toString("utf8").split("\n").filter(Boolean);
    } finally {
      closeSync(handle);
    }
  }
}
