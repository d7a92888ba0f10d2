import type { JournalRecord } from "../journalRecord.ts";

/** How a walk through a strategy's stages has ended, or is ending: no order changes it any more. */
export type WalkEnd = "has all" | "gets all" | "goes back";

/**
 * Whether the walk of a release still takes orders.
 *
 * @param records of the release under way, oldest first
 * @returns undefined while it does: before the walk, and between two stages of it, also of one that goes on after it was cut off
 */
export function walkEnd(records: readonly JournalRecord[]): WalkEnd | undefined {
  for (const it of records.toReversed()) {
    if (it.type === "switch") return "has all";
    if (it.type === "rollback") return "goes back";
    if (it.type === "walk-over") return it.to === "all" ? "gets all" : "goes back";
    if (it.type === "phase-started" && it.phase === "switch") return undefined;
  }
  return undefined;
}
