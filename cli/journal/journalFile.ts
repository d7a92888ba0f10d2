import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Journal, type JournalRecord, nextLine, readJournal } from "../../release/journal.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import { withAppendLock } from "./appendLock.ts";

type Unstamped<T> = T extends unknown ? Omit<T, "id" | "at" | "by" | "pid"> : never;
/** A record as a command writes it; who and when are added. */
export type Entry = Unstamped<JournalRecord>;

/** The stack's append-only journal on disk. It outlives the stack's resources. */
export class JournalFile {
  readonly path: string;
  readonly #by: string;

  constructor(context: Context) {
    this.path = join(context.home, "journals", `${context.stack}.jsonl`);
    this.#by = context.by;
  }

  read(): Journal {
    try {
      return readJournal(readFileSync(this.path, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return readJournal("");
      throw error;
    }
  }

  /** Appends one record and waits until the disk has it. A torn last line of a killed writer is cut off first. */
  append(entry: Entry): JournalRecord {
    const record = {
      id: randomUUID(),
      at: new Date().toISOString(),
      by: this.#by,
      pid: process.pid,
      ...entry,
    } as JournalRecord;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      withAppendLock(this.path, () => this.#write(record));
      return record;
    } catch (error) {
      throw new Problem({
        happened: "The journal cannot be written, so nothing more is done.",
        where: this.path,
        untouched: "What serves is as before.",
        next: "make room or the folder writable, then run the same command again: it goes on from here",
        cause: error,
      });
    }
  }

  #write(record: JournalRecord): void {
    const { torn, lastLine } = this.read();
    const file = openSync(this.path, torn === undefined ? "a" : "r+", 0o600);
    try {
      if (torn !== undefined) {
        const whole = readFileSync(this.path);
        const length = whole.length - Buffer.byteLength(torn);
        ftruncateSync(file, length);
        writeSync(file, nextLine(record, lastLine), length);
      } else {
        writeSync(file, nextLine(record, lastLine));
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
