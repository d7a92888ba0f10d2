import { spokenDuration } from "./duration.ts";
import { Problem } from "./problem.ts";

/** A signal with an end of its own. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time was over, rather than somebody stopping. */
  readonly passed: () => boolean;
  readonly end: () => void;
}

/**
 * Aborts when `signal` does, or after so many milliseconds. Not by AbortSignal.any and AbortSignal.timeout: Node 20
 * collects that timeout as garbage and it never comes.
 */
export function deadlineIn(ms: number, what: string, signal?: AbortSignal): Deadline {
  const own = new AbortController();
  let passed = false;
  const follow = () => own.abort(signal?.reason);
  const timer = setTimeout(() => {
    passed = true;
    own.abort(new Problem({ happened: `${what} took longer than ${spokenDuration(ms)}.` }));
  }, ms);
  if (signal?.aborted === true) follow();
  else signal?.addEventListener("abort", follow, { once: true });
  return {
    signal: own.signal,
    passed: () => passed,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", follow);
    },
  };
}
