import { setTimeout as pause } from "node:timers/promises";

/** How a gate waits. Times in milliseconds. */
export interface Patience {
  readonly intervalMs: number;
  readonly deadlineMs: number;
}

/**
 * Reads until a reading settles it, or time is up; the last reading counts in both cases. A reading that throws ends it.
 *
 * @param settled whether no later reading can say anything else
 */
export async function poll<T>(
  read: () => Promise<T>,
  settled: (reading: T) => boolean,
  { intervalMs, deadlineMs }: Patience,
  signal: AbortSignal,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const reading = await read();
    if (settled(reading) || Date.now() + intervalMs > deadline) return reading;
    await pause(intervalMs, undefined, { signal });
  }
}
