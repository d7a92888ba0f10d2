import type { JudgedItem } from "../release/checklist/judgedItem.ts";
import type { EnvironmentName } from "../release/environment.ts";
import type { ExitCode } from "../release/exitCodes.ts";
import type { PhaseId } from "../release/schedule.ts";
import type { Criterion } from "../release/success.ts";
import type { Verdict } from "../release/verdict.ts";

/** What a command ends with: one document for `--json`, one text for a person, one exit code. */
export interface CommandResult<T extends object = object> {
  readonly exitCode: ExitCode;
  readonly json: T;
  readonly text: string;
}

/** Whose pages users are led to, as read; null where they are nobody's or that could not be read. */
export interface PagesRecord {
  readonly version: string | null;
}

/** Traffic as it was moved and read back; times are epoch ms. */
export interface MoveRecord {
  readonly from: EnvironmentName | undefined;
  readonly to: EnvironmentName;
  readonly writtenAt: number;
  readonly readBackAt: number;
}

export interface ServingRecord {
  readonly environment: EnvironmentName | undefined;
  readonly version: string | undefined;
  readonly readAt: string;
}

/** What `greenlight rollback` ends with. */
export interface RollbackResult {
  readonly ok: boolean;
  readonly reason: string;
  readonly from: { readonly environment: EnvironmentName; readonly version: string };
  readonly to: { readonly environment: EnvironmentName; readonly version: string };
  readonly move: MoveRecord;
  readonly database: "kept" | "script" | "snapshot";
  /** What was taken back, restored or lost; absent when the database was kept. */
  readonly databaseReport?: string;
  /** Whether Pulumi's state says what serves. */
  readonly stateInLine: boolean;
  readonly verified: { readonly health: string; readonly smoke: string; readonly passed: boolean };
  /** Absent for a stack without pages. */
  readonly pages?: PagesRecord;
  readonly serving: ServingRecord;
}

export type ReleaseOutcome = "released" | "rolled-back" | "refused" | "failed" | "undecided" | "interrupted";

/** What `greenlight release` ends with. */
export interface ReleaseResult {
  readonly ok: boolean;
  readonly version: string;
  readonly outcome: ReleaseOutcome;
  readonly sentence: string;
  readonly environment: EnvironmentName;
  readonly phases: readonly {
    readonly id: PhaseId;
    readonly status: "done" | "failed" | "skipped" | "resumed";
    readonly startedAt: number;
    readonly endedAt: number;
    readonly reason?: string;
  }[];
  /** The checklist as it was judged at T-60; absent when this run did not judge it. */
  readonly checklist?: readonly JudgedItem[];
  readonly move?: MoveRecord;
  readonly verdict?: Verdict;
  readonly rollback?: RollbackResult;
  readonly criteria: readonly Criterion[];
  readonly serving: ServingRecord;
}
