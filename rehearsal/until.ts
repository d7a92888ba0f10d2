import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again until it is so. False at the deadline; rejects when the signal aborts. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  withinMs: number,
  signal?: AbortSignal,
  everyMs = 50,
): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await isSo()) return true;
    if (Date.now() >= deadline) return false;
    await pause(everyMs, undefined, signal === undefined ? {} : { signal });
  }
}
