import { within } from "../../release/within.ts";

/** How long the cluster may take to answer one question, ms. */
export const answerWithin = 30_000;

/** Asks the cluster, and waits for its answer for {@link answerWithin} at most, or until the signal aborts. */
export function answered<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return within(answerWithin, signal, (own) => abortable(ask(), own));
}

/** Waits for an answer until the signal aborts. The cluster's client takes no signal: the answer is no longer waited for. */
export async function abortable<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // It was asked for already, and nobody is left to hear how it ends.
    answer.catch(() => undefined);
    throw signal.reason;
  }
  return new Promise<T>((resolve, reject) => {
    const end = () => reject(signal.reason);
    signal.addEventListener("abort", end, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}
