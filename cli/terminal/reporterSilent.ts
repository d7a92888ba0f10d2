import type { Reporter } from "../reporter.ts";

/** Tells nothing: for commands that only answer a question, and for tests. */
export const silentReporter: Reporter = { tell: () => {}, close: () => {} };
