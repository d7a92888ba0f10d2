import { exitCodes } from "../../release/exitCodes.ts";

/** Signals this soon after the first are the same key press: npm passes on what the terminal sent already. Milliseconds. */
const samePress = 200;

/**
 * The first Ctrl-C, SIGTERM or closed terminal aborts the signal, so that the step under way ends well; the second ends the
 * process at once.
 *
 * @param beforeExit puts the terminal in order
 */
export function onInterruption(
  beforeExit: () => void,
  say: (line: string) => void,
): { signal: AbortSignal; end(): void } {
  const stop = new AbortController();
  let firstAt: number | undefined;
  const heard = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      stop.abort();
      say("stopping after this step; nothing is lost (Ctrl-C again ends at once)");
      return;
    }
    if (now - firstAt < samePress) return;
    beforeExit();
    process.exit(exitCodes.interrupted);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, heard);
  return {
    signal: stop.signal,
    end: () => {
      for (const name of signals) process.off(name, heard);
    },
  };
}
