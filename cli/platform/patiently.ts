import pRetry from "p-retry";
import { sentence } from "../../release/problem.ts";
import type { Platform } from "./platform.ts";

/** How long a question is asked again that was not answered for a reason that passes. Milliseconds. */
const patienceMs = 60_000;

type Asked = Pick<Platform, "serving" | "healthy" | "passes">;

/**
 * The platform as a walk and the way back ask it: an API that restarts must not end the one, nor keep traffic where the other takes it from.
 * What serves and what is ready is asked again for a minute where the platform says that its error passes; anything else is thrown at once.
 *
 * @param tell hears once that a question is asked again, and why
 * @param signal ends the asking
 */
export function patiently<P extends Asked>(platform: P, tell: (text: string) => void, signal?: AbortSignal): P {
  const patient = <T>(question: () => Promise<T>): Promise<T> =>
    pRetry(question, {
      retries: 10_000,
      factor: 1.5,
      minTimeout: 200,
      maxTimeout: 2_000,
      maxRetryTime: patienceMs,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => platform.passes?.(error) === true,
      onFailedAttempt: ({ error, attemptNumber }) => {
        if (attemptNumber === 1 && platform.passes?.(error) === true) {
          tell(`${sentence(error).split("\n")[0]} It is asked again for ${patienceMs / 1_000} s.`);
        }
      },
    });
  return {
    ...platform,
    serving: () => patient(() => platform.serving()),
    healthy: (environment: Parameters<Platform["healthy"]>[0]) => patient(() => platform.healthy(environment)),
  };
}
