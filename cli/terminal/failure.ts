import { type ExitCode, exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { oneLine, printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** How a failed command tells why, as JSON. Absent parts are left out. */
export interface FailureJson {
  readonly ok: false;
  readonly error: {
    readonly happened: string;
    readonly where?: string;
    readonly untouched?: string;
    readonly next?: string;
    /** What lies behind it. */
    readonly cause?: string;
    readonly exitCode: ExitCode;
  };
}

const longestCause = 1_000;

/** Whatever was thrown, as what a person is told. An interruption says so, whatever broke because of it. */
export function problemOf(error: unknown, signal: AbortSignal): Problem {
  if (error instanceof Problem && !(signal.aborted && isInterruption(error.cause, signal))) return error;
  if (isInterruption(error instanceof Problem ? error.cause : error, signal)) {
    const told = error instanceof Problem ? error : undefined;
    return new Problem({
      happened: told?.happened ?? "Interrupted.",
      ...(told?.where === undefined ? {} : { where: told.where }),
      untouched: told?.untouched ?? "Nothing is lost; `greenlight status` says what serves.",
      next: told?.next ?? "run the same command again: it goes on from there",
      exitCode: exitCodes.interrupted,
    });
  }
  return new Problem({
    happened: `Something failed that Greenlight did not expect: ${sentence(error)}`,
    untouched: "`greenlight status` says what serves.",
    next: "run it again with GREENLIGHT_DEBUG=1 for the details, and report them to the maintainers of Greenlight",
    cause: error,
  });
}

/** The four parts in their order, without a stack, safe for a terminal. */
export function failureText(problem: Problem, style: Style): string {
  const cause = causeOf(problem);
  return [
    style.red(printable(problem.happened)),
    problem.where === undefined ? undefined : `Where: ${printable(problem.where)}`,
    cause === undefined ? undefined : `Because: ${cause}`,
    problem.untouched === undefined ? undefined : printable(problem.untouched),
    problem.next === undefined ? undefined : `Next: ${printable(problem.next)}`,
  ]
    .filter((line) => line !== undefined)
    .join("\n");
}

export function failureJson(problem: Problem): FailureJson {
  const { happened, where, untouched, next, exitCode } = problem;
  const cause = causeOf(problem);
  return {
    ok: false,
    error: {
      happened,
      ...(where === undefined ? {} : { where }),
      ...(untouched === undefined ? {} : { untouched }),
      ...(next === undefined ? {} : { next }),
      ...(cause === undefined ? {} : { cause }),
      exitCode,
    },
  };
}

/** The stacks of an error and of all that caused it, for those who asked for them. */
export function stacks(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const own = printable(error.stack ?? error.message);
  return error.cause === undefined ? own : `${own}\ncaused by ${stacks(error.cause)}`;
}

function causeOf(problem: Problem): string | undefined {
  if (problem.cause === undefined) return undefined;
  const said = oneLine(sentence(problem.cause)).slice(0, longestCause);
  return said === "" || problem.happened.includes(said) ? undefined : said;
}

function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  for (let at = error, depth = 0; at !== undefined && depth < 10; depth += 1) {
    if (at === signal.reason || (at instanceof Error && at.name === "AbortError")) return true;
    at = at instanceof Error ? at.cause : undefined;
  }
  return false;
}
