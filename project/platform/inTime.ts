import { setMaxListeners } from "node:events";
import { deadlineIn } from "../../release/deadline.ts";

/** Longest that a platform elsewhere may take to answer one question, with all its tries. Milliseconds. */
export const answerWithinMs = 25_000;

/** Asks, and waits for the answer no longer than that. What is late is told as being late, and not as what was cut off by it. */
export async function inTime<T>(
  what: string,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = deadlineIn(ms, what, signal);
  // A question may be many requests, and each of them listens.
  setMaxListeners(0, deadline.signal, signal);
  const over = new Promise<never>((_, reject) => {
    if (deadline.signal.aborted) reject(deadline.signal.reason);
    deadline.signal.addEventListener("abort", () => reject(deadline.signal.reason), { once: true });
  });
  try {
    // A client that pauses between two tries does not listen.
    return await Promise.race([question(deadline.signal), over]);
  } finally {
    deadline.end();
  }
}

/** A question that is asked once, by whoever needs its answer first. */
export function once<T>(question: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= question();
    return answer;
  };
}

/** A promise that may be left alone: a rejection is told to whoever awaits it, and nobody else. */
export function leftAlone<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}
