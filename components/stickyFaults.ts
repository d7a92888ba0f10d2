import type { Settings } from "../config.ts";

/** A week: what a load balancer of AWS takes at most. */
const longestMs = 604_800_000;

/**
 * Why a user cannot stay so long with the version that answered first: whole seconds, at most a week.
 *
 * @param of a key as the stack file names it
 */
export function stickyFaults({ platform, strategy: { canary } }: Settings, of: (key: string) => string): string[] {
  const { sticky } = canary;
  if (sticky % 1_000 === 0 && sticky <= longestMs) return [];
  return [`${of("strategy.canary.sticky")} is ${sticky} ms; on ${platform} expected whole seconds, at most 168h`];
}
