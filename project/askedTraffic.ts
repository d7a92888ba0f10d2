import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../config.ts";
import { other, sharedWeights, type Weights } from "../release/environment.ts";

/** What the settings ask to serve users: `blue v1`, or with a share of it `blue v1, and 10 % to green v2`. */
export function sayAskedTraffic(settings: Settings): string {
  const { live, share } = settings;
  const asked = `${live} ${settings[live] ?? "without a version"}`;
  return share === 0 ? asked : `${asked}, and ${share} % to ${other(live)} ${settings[other(live)] ?? ""}`.trimEnd();
}

/** Whether the traffic of all services is shared, and as a canary's settings say. @param weights of each service */
export function isSharedAsAsked(weights: readonly (Weights | undefined)[], { live, share }: Settings): boolean {
  const asked = sharedWeights(live, share);
  return share > 0 && weights.length > 0 && weights.every((it) => isDeepStrictEqual(it, asked));
}
