import type { JournalRecord } from "./journalRecord.ts";

export const phaseIds = ["checks", "prepare", "announce", "deploy", "switch", "watch", "decide", "finish"] as const;
export type PhaseId = (typeof phaseIds)[number];

/** One phase of the deployment day. */
export interface Phase {
  readonly id: PhaseId;
  /** As the seed writes it. */
  readonly at: "T-60" | "T-30" | "T-0" | "T+30" | "T+60";
  readonly title: string;
  /** What is done, in order, in words. */
  readonly steps: readonly string[];
  /** How to go back from here. */
  readonly undoneBy: string;
}

const nothingToUndo = "nothing to undo: nothing was changed";
const back = "greenlight rollback";

/** The deployment day, in order. */
export const schedule: readonly Phase[] = [
  {
    id: "checks",
    at: "T-60",
    title: "Pre-deployment",
    steps: [
      "verify that all checks passed",
      "confirm that the deployment window is still valid",
      "check the health of what is live",
      "ensure that the way back is ready",
      "brief the team on the steps",
    ],
    undoneBy: nothingToUndo,
  },
  {
    id: "prepare",
    at: "T-30",
    title: "Final preparations",
    steps: ["merge the deployment branch", "tag the release and push the tag", "update the runbook"],
    undoneBy: "nothing serves differently; a pushed tag stays and is never moved",
  },
  {
    id: "announce",
    at: "T-0",
    title: "Announce",
    steps: ["say that the deployment starts"],
    undoneBy: "announce that it is off",
  },
  {
    id: "deploy",
    at: "T-0",
    title: "Deploy to the idle environment",
    steps: [
      "take a snapshot of the database",
      "run the migration and read it back",
      "start the services in the idle environment",
      "health checks",
      "smoke test",
    ],
    undoneBy:
      "traffic never moved; the migration by its rollback script or the snapshot (greenlight rollback --database)",
  },
  {
    id: "switch",
    at: "T-0",
    title: "Switch traffic",
    steps: ["move all traffic to the candidate", "read back what serves"],
    undoneBy: back,
  },
  {
    id: "watch",
    at: "T+30",
    title: "Monitoring",
    steps: ["error rates", "response times", "error logs", "key user flows", "database performance"],
    undoneBy: back,
  },
  {
    id: "decide",
    at: "T+60",
    title: "Go or no-go",
    steps: ["judge everything seen", "on no-go roll back, read back what serves"],
    undoneBy: back,
  },
  {
    id: "finish",
    at: "T+60",
    title: "Finish",
    steps: ["judge the success criteria", "say how it ended", "write the report"],
    undoneBy: back,
  },
];

/** Checks older than this are made again when a release is taken up: a window ends, health changes. One hour. */
export const checksHoldFor = 3_600_000;

/** The records of the release under way: from its last start on; empty when none is. */
export function recordsUnderWay(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const start = records.findLastIndex(({ type }) => type === "release-started");
  const own = start === -1 ? [] : records.slice(start);
  const version = own[0]?.version;
  return own.some((record) => record.type === "release-ended" && record.version === version)
    ? []
    : own.filter((record) => record.version === version || record.type === "rollback");
}

/** Phases that the release under way has behind it, done or skipped, in the schedule's order. */
export function phasesDone(records: readonly JournalRecord[]): readonly PhaseId[] {
  const done = new Set<PhaseId>();
  for (const record of recordsUnderWay(records)) {
    if (record.type === "phase-done" || record.type === "phase-skipped") done.add(record.phase);
    else if (record.type === "phase-failed") done.delete(record.phase);
  }
  return phaseIds.filter((id) => done.has(id));
}

/**
 * What is left of the release under way (of a new one: everything). A phase counts once it and all before it are done, so that a
 * failed one is taken up again with all after it. After a rollback only the finish is left. Old checks are made again as long as
 * traffic has not moved.
 *
 * @param now milliseconds since 1970; without it checks do not grow old
 */
export function phasesLeft(records: readonly JournalRecord[], now?: number): readonly Phase[] {
  const own = recordsUnderWay(records);
  const done = new Set(phasesDone(records));
  const finish = schedule.filter(({ id }) => id === "finish" && !done.has(id));
  if (own.some(({ type }) => type === "rollback")) return finish;
  const first = schedule.findIndex(({ id }) => !done.has(id));
  if (first === -1) return [];
  const left = schedule.slice(first);
  const [checks] = schedule;
  const checked = own.findLast((record) => record.type === "phase-done" && record.phase === "checks");
  const old = now !== undefined && checked !== undefined && !(now - Date.parse(checked.at) <= checksHoldFor);
  const moved = own.some(({ type }) => type === "switch" || type === "stage");
  return old && !moved && checks !== undefined && left[0]?.id !== "checks" ? [checks, ...left] : left;
}

/** What to do next; undefined when the release under way has nothing left. */
export function nextPhase(records: readonly JournalRecord[], now?: number): Phase | undefined {
  return phasesLeft(records, now)[0];
}

/**
 * When the plan under way began to change something: the start of the deployment that is done and waits for its switch. Undefined before,
 * after a failure that it was not taken up from, after a rollback or an end, for another version or manifest, and where the records'
 * times contradict their order: then nothing of the plan can be counted as done. ISO time.
 */
export function planBegun(
  records: readonly JournalRecord[],
  version: string,
  manifestDigest: string,
): string | undefined {
  const own = recordsUnderWay(records);
  const [start] = own;
  if (start?.type !== "release-started" || start.version !== version || start.manifestDigest !== manifestDigest) {
    return undefined;
  }
  if (own.some(({ type }) => type === "rollback") || !phasesDone(records).includes("deploy")) return undefined;
  const begun = own.findLast((it) => it.type === "phase-started" && it.phase === "deploy");
  const done = own.findLast((it) => it.type === "phase-done" && it.phase === "deploy");
  if (begun === undefined || done === undefined || !(Date.parse(begun.at) <= Date.parse(done.at))) return undefined;
  const before = records.slice(0, records.indexOf(begun));
  return before.every(({ at }) => Date.parse(at) <= Date.parse(begun.at)) ? begun.at : undefined;
}
