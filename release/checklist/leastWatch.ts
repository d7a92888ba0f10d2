/** Shortest watch after a switch that counts, unless the stack's setting `checklist.leastWatch` says otherwise: 5 minutes. Milliseconds. */
export const leastWatchMs = 5 * 60_000;
