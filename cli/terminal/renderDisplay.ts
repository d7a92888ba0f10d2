import { spokenDuration } from "../../release/duration.ts";
import type { DisplayState, PhaseRow } from "./displayState.ts";
import { pad, shorten, widthOf, wrap } from "./printable.ts";
import { renderEnvironments } from "./renderEnvironments.ts";
import type { Style } from "./style.ts";

export interface Frame {
  readonly columns: number;
  /** Epoch ms. */
  readonly now: number;
  readonly style: Style;
  /** The last frame, which stays: nothing can be stopped any more. */
  readonly over?: boolean;
}

/** Under this width things stand below each other instead of side by side. */
export const narrow = 60;
const widest = 100;
const stepsShown = 4;

/** The whole display as lines, none wider than the terminal. */
export function renderDisplay(state: DisplayState, { columns, now, style, over = false }: Frame): string[] {
  const width = Math.max(20, Math.min(columns, widest));
  const elapsed = spokenDuration(now - state.startedAt);
  const lines = [spread(state.title, elapsed, width, style.bold, style.dim), ""];
  for (const phase of state.phases) lines.push(...renderPhase(phase, state, width, now, style));
  if (state.phases.length > 0) lines.push("");
  lines.push(...renderNow(state, width, now, style));
  if (state.look !== undefined) {
    lines.push("", ...renderEnvironments(state.look, width, style), "");
    const paint = { go: style.green, "no-go": style.red, undecided: style.yellow }[state.look.verdict.verdict];
    lines.push(...wrap(state.look.verdict.sentence, width).slice(0, 3).map(paint));
  }
  for (const warning of state.warnings) lines.push(...wrap(`! ${warning}`, width).slice(0, 2).map(style.yellow));
  if (over) return lines;
  if (lines.at(-1) !== "") lines.push("");
  return [...lines, ...renderWayOut(state, width, style)];
}

const marks: Readonly<Record<PhaseRow["status"], string>> = {
  waiting: "·",
  running: "●",
  done: "✓",
  skipped: "–",
  failed: "✗",
};

function renderPhase(phase: PhaseRow, state: DisplayState, width: number, now: number, style: Style): string[] {
  const paint = { waiting: style.dim, running: style.cyan, done: style.green, skipped: style.dim, failed: style.red };
  const left = `${marks[phase.status]} ${pad(phase.at, 4)}  ${phase.title}`;
  const line = spread(left, sayTime(phase, state, now), width, paint[phase.status], style.dim);
  if (phase.reason === undefined) return [line];
  return [
    line,
    ...wrap(phase.reason, width - 8)
      .slice(0, 2)
      .map((it) => `        ${style.dim(it)}`),
  ];
}

function sayTime(phase: PhaseRow, state: DisplayState, now: number): string {
  if (phase.status === "skipped") return "skipped";
  if (phase.status !== "running") return phase.tookMs === undefined ? "" : spokenDuration(phase.tookMs);
  const so = spokenDuration(now - (phase.startedAt ?? now));
  const left = (state.look?.endsAt ?? 0) - now;
  return phase.id === "watch" && left > 0 ? `${so}, ${spokenDuration(left)} left` : so;
}

/** What is happening now, in words. */
function renderNow(state: DisplayState, width: number, now: number, style: Style): string[] {
  const running = [...state.running.values()].toSorted((a, b) => a.since - b.since);
  const lines = state.step === undefined ? [] : wrap(state.step, width - 2).slice(0, 3);
  for (const it of running.slice(0, stepsShown)) {
    const took = now - it.since >= 1_000 ? `, ${spokenDuration(now - it.since)}` : "";
    lines.push(shorten(`${it.says}${took}`, width - 2));
  }
  if (running.length > stepsShown) lines.push(`and ${running.length - stepsShown} more`);
  return lines.map((line, index) => `${index === 0 ? style.cyan("→") : " "} ${line}`);
}

function renderWayOut(state: DisplayState, width: number, style: Style): string[] {
  if (state.stopping) {
    return wrap("Stopping after this step; nothing is lost. Ctrl-C again ends at once.", width).map(style.yellow);
  }
  const text =
    width < narrow
      ? "Ctrl-C: stop after this step"
      : "Ctrl-C: stop after this step, nothing is lost · way back: greenlight rollback";
  return wrap(text, width).map(style.dim);
}

/** Two texts at both ends of a line; the left one gives way. */
function spread(
  left: string,
  right: string,
  width: number,
  paintLeft: (text: string) => string,
  paintRight: (text: string) => string,
): string {
  const space = width - widthOf(right) - (right === "" ? 0 : 2);
  const kept = shorten(left, space);
  if (right === "") return paintLeft(kept);
  return `${paintLeft(kept)}${" ".repeat(Math.max(2, width - widthOf(kept) - widthOf(right)))}${paintRight(right)}`;
}
