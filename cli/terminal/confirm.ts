import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { withTerminal } from "./display.ts";
import { printable } from "./printable.ts";

export interface ConfirmOptions {
  /** The person said yes beforehand. */
  readonly yes: boolean;
  readonly signal: AbortSignal;
}

/** Whether a person sits at a terminal and can answer a question. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks for a yes, on stderr, so that stdout stays what a program may read. No is the answer of a bare Enter.
 *
 * @throws Problem (usage) without `yes` and without a terminal; (interrupted) on Ctrl-C
 */
export async function confirm(question: string, options: ConfirmOptions): Promise<boolean> {
  if (options.yes) return true;
  if (!canAsk()) {
    throw new Problem({
      happened: "This needs a yes, and there is no terminal to ask on.",
      where: `the question was: ${printable(question)}`,
      untouched: "Nothing was changed.",
      next: "run it again with --yes when the answer is yes",
      exitCode: exitCodes.usage,
    });
  }
  const answer = await ask(options.signal, (prompts) =>
    prompts.confirm({ message: printable(question), initialValue: false, ...streams(options.signal) }),
  );
  return answer === true;
}

/**
 * Asks for a line of text, on stderr.
 *
 * @param flag option that answers it beforehand, such as `--reason <text>`
 * @throws Problem (usage) without a terminal; (interrupted) on Ctrl-C
 */
export async function askText(question: string, flag: string, signal: AbortSignal): Promise<string> {
  if (!canAsk()) {
    throw new Problem({
      happened: `${question} This needs an answer, and there is no terminal to ask on.`,
      untouched: "Nothing was changed.",
      next: `run it again with ${flag}`,
      exitCode: exitCodes.usage,
    });
  }
  const answer = await ask(signal, (prompts) =>
    prompts.text({
      message: question,
      validate: (text) => (text?.trim() ? undefined : "It cannot be empty."),
      ...streams(signal),
    }),
  );
  return String(answer).trim();
}

async function ask<T>(
  signal: AbortSignal,
  question: (prompts: typeof import("@clack/prompts")) => Promise<T | symbol>,
): Promise<T> {
  signal.throwIfAborted();
  const prompts = await import("@clack/prompts");
  const answer = await withTerminal(() => question(prompts));
  if (!prompts.isCancel(answer)) return answer as T;
  throw new Problem({
    happened: "Interrupted at a question.",
    untouched: "What was asked about was not done.",
    next: "run the same command again",
    exitCode: exitCodes.interrupted,
  });
}

function streams(signal: AbortSignal) {
  return { input: process.stdin, output: process.stderr, signal };
}
