/**
 * Asks one question that has an end of its own: the signal that `question` is given aborts when `signal` does, or after so many
 * milliseconds with a `TimeoutError`. The question has to listen to it. Not AbortSignal.any with AbortSignal.timeout: Node 20 collects that
 * timeout as garbage, and it never comes.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const follow = () => own.abort(signal.reason);
  const timer = setTimeout(
    () => own.abort(new DOMException(`There was no answer in ${ms / 1_000} s.`, "TimeoutError")),
    ms,
  );
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  try {
    return await question(own.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", follow);
  }
}
