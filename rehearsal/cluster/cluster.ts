import type { FollowedPlatform } from "../followed/rehearseFollowed.ts";
import { ClusterGround } from "./clusterGround.ts";
import { destroy } from "./scenarios/destroy.ts";
import { clusterScenarios } from "./scenarios/index.ts";

/** The rehearsal on a control plane of this machine. */
export const cluster: FollowedPlatform<ClusterGround> = {
  platform: "kubernetes",
  open: ClusterGround.open,
  scenarios: clusterScenarios,
  destroy,
  longestMs: 40 * 60_000,
};
