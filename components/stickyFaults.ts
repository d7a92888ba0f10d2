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

/** Users are given cookies, by this machine's proxy all the time: not where nothing will ever be shared by weights. */
export function stickyKindFaults({ strategy: { kind, canary } }: Settings, of: (key: string) => string): string[] {
  if (canary.sticky === 0 || kind === "canary") return [];
  return [
    `${of("strategy.canary.sticky")} means something with strategy.kind canary alone; it is ${kind}: make it canary, or leave sticky out`,
  ];
}
