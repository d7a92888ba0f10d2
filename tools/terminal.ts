import { exitCodes } from "../release/exitCodes.ts";
import { Problem, sentence } from "../release/problem.ts";

/** Progress lines go to stderr, so that stdout stays what a program may read. */
export function progressOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Tells what went wrong on stderr and returns the exit code that says so. */
export function reportAndExitCode(error: unknown): number {
  process.stderr.write(`${sentence(error)}\n`);
  if (error instanceof Problem) return error.exitCode;
  return error instanceof Error && error.name === "AbortError" ? exitCodes.interrupted : exitCodes.failed;
}
