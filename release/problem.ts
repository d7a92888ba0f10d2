import { type ExitCode, exitCodes } from "./exitCodes.ts";

/** What a {@link Problem} tells, in the order in which a tired person reads it. */
export interface ProblemParts {
  /** What happened, one sentence. */
  readonly happened: string;
  /** File, line, setting, resource or address it concerns. */
  readonly where?: string;
  /** What was left as it was, and how we know. */
  readonly untouched?: string;
  /** What to do next: a command where there is one. */
  readonly next?: string;
  /** Exit code of a command that ends with this; defaults to {@link exitCodes.failed}. */
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** An error meant for a person: it is shown without its stack, with all its parts. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly happened: string;
  readonly where: string | undefined;
  readonly untouched: string | undefined;
  readonly next: string | undefined;
  readonly exitCode: ExitCode;

  constructor(parts: ProblemParts) {
    super(problemText(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.happened = parts.happened;
    this.where = parts.where;
    this.untouched = parts.untouched;
    this.next = parts.next;
    this.exitCode = parts.exitCode ?? exitCodes.failed;
  }
}

/** The text of a problem: what happened and why, where, what is untouched, what to do; a line each. */
export function problemText(parts: ProblemParts): string {
  return [
    parts.happened,
    because(parts),
    parts.where === undefined ? undefined : `Where: ${parts.where}`,
    parts.untouched,
    parts.next === undefined ? undefined : `Next: ${parts.next}`,
  ]
    .filter((line) => line !== undefined && line !== "")
    .join("\n");
}

/** The cause, unless the first sentence tells it already. */
function because({ happened, cause }: ProblemParts): string | undefined {
  if (cause === undefined) return undefined;
  const text = sentence(cause).slice(0, 1000);
  return happened.includes(text.replace(/\.$/, "")) ? undefined : `Because: ${text}`;
}

/** The sentence of any thrown value, with the causes behind it, never a stack. */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message === "" ? error.name : error.message;
  return error.cause === undefined || error instanceof Problem ? text : `${text}: ${sentence(error.cause)}`;
}
