import type { Phase } from "../../release/schedule.ts";
import type { GlobalOptions } from "../context.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import { displayShown } from "./display.ts";
import { failureJson, failureText, problemOf, stacks } from "./failure.ts";
import { onInterruption } from "./interruption.ts";
import { printable } from "./printable.ts";
import { silentReporter } from "./reporterSilent.ts";
import { styleFor } from "./style.ts";

/** What is on the command line of every command. */
export interface TerminalOptions extends GlobalOptions {
  readonly color: boolean;
}

export interface Run {
  readonly options: TerminalOptions;
  /** Head of the live display; without it the command tells nothing while it works. */
  readonly title?: string;
  /** Every line counts, also those that were told before: one below the other, even at a terminal. */
  readonly log?: boolean;
  /** Phases that the display shows from the start. */
  readonly phases?: readonly Phase[];
  work(reporter: Reporter, signal: AbortSignal): Promise<CommandResult>;
}

/** Runs a command from its start to what it leaves on the terminal. Resolves with the exit code; never rejects. */
export async function run({ options, title, log = false, phases, work }: Run): Promise<number> {
  let reporter: Reporter | undefined;
  const interruption = onInterruption(
    () => reporter?.close(),
    (line) => {
      // A live display says it itself.
      if (!displayShown()) process.stderr.write(`${line}\n`);
    },
  );
  const { signal } = interruption;
  try {
    reporter = await openReporter({ title, log, phases, options, signal });
    const result = await work(reporter, signal);
    reporter.close();
    print(options.json ? JSON.stringify(result.json, null, 2) : printed(result.text));
    return result.exitCode;
  } catch (error) {
    reporter?.close();
    return tellFailure(error, options, signal);
  } finally {
    interruption.end();
  }
}

/** Tells what went wrong: as JSON on stdout where that was asked for, else in words on stderr. Returns the exit code. */
export function tellFailure(
  error: unknown,
  options: Pick<TerminalOptions, "json" | "color">,
  signal: AbortSignal = new AbortController().signal,
): number {
  const problem = problemOf(error, signal);
  if (options.json) print(JSON.stringify(failureJson(problem), null, 2));
  else process.stderr.write(`${failureText(problem, styleFor(process.stderr, options.color))}\n`);
  if ((process.env.GREENLIGHT_DEBUG ?? "") !== "") process.stderr.write(`${stacks(error)}\n`);
  return problem.exitCode;
}

async function openReporter(it: {
  readonly title: string | undefined;
  readonly log: boolean;
  readonly phases: readonly Phase[] | undefined;
  readonly options: TerminalOptions;
  readonly signal: AbortSignal;
}): Promise<Reporter> {
  if (it.title === undefined) return silentReporter;
  // What tells the progress takes a while to load; commands that only answer a question should not wait for it.
  const { createReporter } = await import("./reporter.ts");
  const { json, color } = it.options;
  return createReporter({ log: json || it.log, color, title: it.title, phases: it.phases ?? [], signal: it.signal });
}

/** A command's own text may have colours; at a terminal they stay, elsewhere there must be none. */
function printed(text: string): string {
  return process.stdout.isTTY === true ? text : printable(text);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
