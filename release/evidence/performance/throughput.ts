/** A test that took less has no throughput: requests over next to no time would reach any target. Seconds. */
const shortest = 0.001;

/** Requests a second, over the whole test; left out where the test took no time. */
export function throughputOf(requests: number, seconds: number): { throughput?: number } {
  return seconds >= shortest ? { throughput: requests / seconds } : {};
}
