import { sentence } from "../../release/problem.ts";
import type { Phase } from "../../release/schedule.ts";
import type { PhaseWorks, ReleaseRun } from "./releaseRun.ts";

/**
 * Runs what is left of a release, in order, each phase in the journal before and after. Stops at the first that fails,
 * and between two phases when the person asked to stop.
 *
 * @returns why it stopped early; undefined when everything was done
 */
export async function runPhases(run: ReleaseRun, left: readonly Phase[], works: PhaseWorks): Promise<unknown> {
  const { journal, reporter, version, signal } = run;
  for (const { id, at, title } of left) {
    if (signal.aborted) {
      journal.append({ type: "interrupted", version, phase: id });
      return signal.reason;
    }
    const startedAt = Date.now();
    journal.append({ type: "phase-started", version, phase: id });
    reporter.tell({ kind: "phase-started", phase: id, at, title });
    try {
      await works[id](run);
    } catch (error) {
      const reason = sentence(error);
      run.phases.push({ id, status: "failed", startedAt, endedAt: Date.now(), reason });
      journal.append({ type: "phase-failed", version, phase: id, reason: reason.slice(0, 4000) });
      reporter.tell({ kind: "phase-failed", phase: id, reason });
      return error;
    }
    run.phases.push({ id, status: "done", startedAt, endedAt: Date.now() });
    journal.append({ type: "phase-done", version, phase: id });
    reporter.tell({ kind: "phase-done", phase: id, tookMs: Date.now() - startedAt });
  }
  return undefined;
}
