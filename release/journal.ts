import { createHash } from "node:crypto";
import type { EnvironmentName } from "./environment.ts";
import { type JournalRecord, journalRecordSchema } from "./journalRecord.ts";
import { recordsUnderWay } from "./schedule.ts";

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

/** Longest line taken. */
export const longestLine = 64 * 1024;

/** What the first line has in the place of a digest. */
const beginning = "0".repeat(64);

/** sha256 (hex) of a line, its end left out: what the next line carries as `previous`. */
export function lineDigest(line: string): string {
  return createHash("sha256").update(line).digest("hex");
}

/**
 * The line to append for a record, with its end. It is plain ASCII, so that a line torn anywhere is as many bytes as characters.
 *
 * @param previousLine `lastLine` of the journal as read; undefined for the first
 */
export function nextLine(record: JournalRecord, previousLine: string | undefined): string {
  const previous = previousLine === undefined ? beginning : lineDigest(previousLine);
  const text = JSON.stringify({ ...journalRecordSchema.parse(record), previous });
  return `${text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

/**
 * Reads a journal. Every whole line must be a record that carries the digest of the record before it, so that a line changed, taken out
 * or put in is a problem at the line after it. The chain shows damage, not forgery of the whole file; lines cut off at the end only
 * show with `expectedHead`.
 *
 * @param expectedHead {@link lineDigest} of a line known from elsewhere, which must still be there
 */
export function readJournal(text: string, expectedHead?: string): Journal {
  const end = text.lastIndexOf("\n") + 1;
  const records: JournalRecord[] = [];
  const problems: JournalProblem[] = [];
  const digests = new Set<string>();
  const ids = new Set<string>();
  let lastLine: string | undefined;
  text
    .slice(0, end)
    .split("\n")
    .slice(0, -1)
    .forEach((line, index) => {
      const read = readLine(line);
      if ("fault" in read) {
        problems.push({ line: index + 1, happened: read.fault });
        return;
      }
      if (read.previous !== (lastLine === undefined ? beginning : lineDigest(lastLine))) {
        problems.push({
          line: index + 1,
          happened: "does not follow the record before it: a line was changed, removed or added",
        });
      }
      if (ids.has(read.record.id))
        problems.push({ line: index + 1, happened: `the id ${read.record.id} stands there twice` });
      ids.add(read.record.id);
      digests.add(lineDigest(line));
      records.push(read.record);
      lastLine = line;
    });
  if (expectedHead !== undefined && !digests.has(expectedHead)) {
    problems.push({
      line: 0,
      happened: "the journal was shortened or replaced: a record known from elsewhere is missing",
    });
  }
  return { records, problems, torn: end === text.length ? undefined : text.slice(end), lastLine };
}

/** The release that has started and not ended, if any. */
export function currentRelease(records: readonly JournalRecord[]): CurrentRelease | undefined {
  const own = recordsUnderWay(records);
  const started = own[0];
  if (started === undefined) return undefined;
  const last = own.findLast((record) => "phase" in record && record.type !== "interrupted");
  const phase = last?.type === "phase-started" || last?.type === "phase-failed" ? last.phase : undefined;
  // Who took it up last holds it now; anybody may announce meanwhile.
  const { by, pid } = own.findLast(({ type }) => type !== "announcement") ?? started;
  return { version: started.version, startedAt: started.at, by, pid, phase };
}

/** What was live when, by whom and why; oldest first. */
export function history(records: readonly JournalRecord[]): readonly LivePeriod[] {
  const periods: LivePeriod[] = [];
  for (const record of records) {
    if (record.type !== "switch" && record.type !== "rollback") continue;
    const last = periods.at(-1);
    // The same state told again, such as by a release taken up after a crash, begins nothing new.
    if (last?.environment === record.to && last.version === record.toVersion) continue;
    if (last !== undefined) periods.splice(-1, 1, { ...last, until: record.at });
    const why =
      record.type === "rollback" ? `rollback: ${record.reason}` : (record.reason ?? `release of ${record.toVersion}`);
    periods.push({ environment: record.to, version: record.toVersion, from: record.at, by: record.by, why });
  }
  return periods;
}

/** Versions that were live before the one that is live now, newest first, each once. */
export function liveBefore(records: readonly JournalRecord[]): readonly string[] {
  const versions = history(records)
    .map(({ version }) => version)
    .reverse();
  return [...new Set(versions)].filter((version) => version !== versions[0]);
}

type ReadLine = { readonly record: JournalRecord; readonly previous: unknown } | { readonly fault: string };

function readLine(line: string): ReadLine {
  if (line.length > longestLine) return { fault: "the line is longer than 64 KiB" };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { fault: "the line is not JSON: it was torn or changed" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: "the line is not a record" };
  const { previous, ...rest } = value as Record<string, unknown>;
  const parsed = journalRecordSchema.safeParse(rest);
  if (parsed.success) return { record: parsed.data, previous };
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  return { fault: `the line is not a record that this version knows (${place}${issue?.message ?? "unknown fault"})` };
}
