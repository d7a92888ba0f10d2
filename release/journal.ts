import type { EnvironmentName } from "./environment.ts";
import type { JournalRecord } from "./journalRecord.ts";

export type { JournalRecord } from "./journalRecord.ts";

/** Something wrong in the journal's text. */
export interface JournalProblem {
  /** 1-based; 0 when it concerns the file as a whole. */
  readonly line: number;
  readonly happened: string;
}

/** What a journal's text holds. */
export interface Journal {
  readonly records: readonly JournalRecord[];
  readonly problems: readonly JournalProblem[];
  /** The unfinished last line of a writer that was killed; cut it off before appending. Not a problem. */
  readonly torn: string | undefined;
  /** Last whole record's line, without its end: the `previousLine` of the next one. */
  readonly lastLine: string | undefined;
}

/** A release that has started and not ended. */
export interface CurrentRelease {
  readonly version: string;
  readonly startedAt: string;
  readonly by: string;
  readonly pid: number;
  /** The phase that started last and is not done. */
  readonly phase: string | undefined;
}

/** One stretch of time in which a version was live. */
export interface LivePeriod {
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly from: string;
  /** Absent for what is live now. */
  readonly until?: string;
  readonly by: string;
  readonly why: string;
}
