/** How long the cluster may take to answer one question, ms. */
export const answerWithin = 30_000;

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
