import type { Phase, PhaseId } from "../../release/schedule.ts";
import type { Verdict } from "../../release/verdict.ts";
import type { EnvironmentLook, Event } from "../reporter.ts";
import { oneLine } from "./printable.ts";
import { sayResource } from "./resourceWords.ts";

export interface PhaseRow {
  readonly id: PhaseId;
  readonly at: string;
  readonly title: string;
  readonly status: "waiting" | "running" | "done" | "skipped" | "failed";
  /** Epoch ms; absent while waiting. */
  readonly startedAt?: number;
  readonly tookMs?: number;
  readonly reason?: string;
}

/** All that the live display shows. */
export interface DisplayState {
  readonly title: string;
  readonly startedAt: number;
  readonly phases: readonly PhaseRow[];
  /** What was said last. */
  readonly step: string | undefined;
  /** By type and name: what is worked on, in words, and since when. */
  readonly running: ReadonlyMap<string, { readonly says: string; readonly since: number }>;
  readonly look: Look | undefined;
  /** Newest last. */
  readonly warnings: readonly string[];
  /** The person asked to stop. */
  readonly stopping: boolean;
}

export interface Look {
  readonly verdict: Verdict;
  /** Epoch ms at which the watch is over. */
  readonly endsAt: number;
  readonly environments: readonly EnvironmentLook[];
}

const warningsKept = 3;

/** @param phases those that are to come, so that the way ahead is seen; others appear when they start */
export function startDisplay(title: string, now: number, phases: readonly Phase[] = []): DisplayState {
  return {
    title,
    startedAt: now,
    phases: phases.map(({ id, at, title }) => ({ id, at, title, status: "waiting" })),
    step: undefined,
    running: new Map(),
    look: undefined,
    warnings: [],
    stopping: false,
  };
}

/** The display after an event; `now` is epoch ms. */
export function applyEvent(state: DisplayState, event: Event, now: number): DisplayState {
  switch (event.kind) {
    case "phase-started": {
      const row: PhaseRow = {
        id: event.phase,
        at: event.at,
        title: oneLine(event.title),
        status: "running",
        startedAt: now,
      };
      const known = state.phases.some(({ id }) => id === event.phase);
      const phases = known ? state.phases.map((it) => (it.id === event.phase ? row : it)) : [...state.phases, row];
      return { ...state, phases, step: undefined, running: new Map() };
    }
    case "phase-done":
      return { ...endPhase(state, event.phase, "done", now, { tookMs: event.tookMs }), running: new Map() };
    case "phase-skipped":
      return endPhase(state, event.phase, "skipped", now, { reason: oneLine(event.reason) });
    case "phase-failed":
      return { ...endPhase(state, event.phase, "failed", now, { reason: oneLine(event.reason) }), running: new Map() };
    case "step":
      return { ...state, step: oneLine(event.text) };
    case "warning":
      return { ...state, warnings: [...state.warnings, oneLine(event.text)].slice(-warningsKept) };
    case "look": {
      const { verdict, environments, remainingMs } = event;
      return { ...state, look: { verdict, environments, endsAt: now + Math.max(0, remainingMs) } };
    }
    case "resource": {
      const running = new Map(state.running);
      const key = `${event.type} ${event.name}`;
      if (event.done) running.delete(key);
      else if (!running.has(key)) running.set(key, { says: oneLine(sayResource(event)), since: now });
      return { ...state, running };
    }
  }
}

function endPhase(
  state: DisplayState,
  id: PhaseId,
  status: PhaseRow["status"],
  now: number,
  rest: { tookMs?: number; reason?: string },
): DisplayState {
  const before = state.phases.find((it) => it.id === id) ?? { id, at: "", title: id, status };
  const tookMs = rest.tookMs ?? (before.startedAt === undefined ? undefined : now - before.startedAt);
  const row: PhaseRow = { ...before, ...rest, status, ...(tookMs === undefined ? {} : { tookMs }) };
  const known = state.phases.includes(before);
  return { ...state, phases: known ? state.phases.map((it) => (it === before ? row : it)) : [...state.phases, row] };
}
