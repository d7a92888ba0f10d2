import type { PhaseId } from "../release/schedule.ts";
import type { Verdict } from "../release/verdict.ts";

/** Something that happened while a command works, told as it happens. */
export type Event =
  | { readonly kind: "phase-started"; readonly phase: PhaseId; readonly at: string; readonly title: string }
  | { readonly kind: "phase-done"; readonly phase: PhaseId; readonly tookMs: number }
  | { readonly kind: "phase-skipped"; readonly phase: PhaseId; readonly reason: string }
  | { readonly kind: "phase-failed"; readonly phase: PhaseId; readonly reason: string }
  | { readonly kind: "step"; readonly text: string }
  | {
      readonly kind: "resource";
      readonly name: string;
      readonly type: string;
      readonly operation: string;
      readonly done: boolean;
    }
  | {
      readonly kind: "look";
      readonly verdict: Verdict;
      readonly remainingMs: number;
      readonly environments: readonly EnvironmentLook[];
    }
  | { readonly kind: "warning"; readonly text: string };

/** One side of the live display. */
export interface EnvironmentLook {
  readonly environment: "blue" | "green";
  readonly version: string | undefined;
  readonly healthy: number;
  readonly of: number;
  readonly share: number;
  readonly requestsPerSecond: number | undefined;
  readonly errorRate: number | undefined;
  readonly p95Ms: number | undefined;
}

/** Where a command tells what it does; the end result is not its business. */
export interface Reporter {
  tell(event: Event): void;
  /** Ends a live display, so that what is printed next stands below it. */
  close(): void;
}
