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
 *
 * What somebody answered while this process was too busy to read it is not late: a stretch in which it could not run counts as an
 * eighth of the time at most.
 */
export function deadlineIn(ms: number, what: string, signal?: AbortSignal): Deadline {
  const own = new AbortController();
  let passed = false;
  const follow = () => own.abort(signal?.reason);
  const timer = countDown(ms, () => {
    passed = true;
    own.abort(new Problem({ happened: `${what} took longer than ${spokenDuration(ms)}.` }));
  });
  if (signal?.aborted === true) follow();
  else signal?.addEventListener("abort", follow, { once: true });
  return {
    signal: own.signal,
    passed: () => passed,
    end: () => {
      timer.end();
      signal?.removeEventListener("abort", follow);
    },
  };
}

const slices = 8;

function countDown(ms: number, over: () => void): { readonly end: () => void } {
  let left = slices;
  let ended = false;
  const next = () => {
    left -= 1;
    if (left > 0) timer = setTimeout(next, ms / slices);
    // After what has arrived by now was read.
    else setImmediate(() => (ended ? undefined : over()));
  };
  let timer = setTimeout(next, ms / slices);
  return {
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
