const minute = 60_000;

/** How long a test waits for what it awaits: far longer than it takes on a busy machine, for a slow one is no failure. */
export const patient = { timeout: 5 * minute, interval: 20 } as const;

/** After this long a command that a test runs is taken to hang, and is ended, ms. */
export const hangsAfterMs = 15 * minute;
