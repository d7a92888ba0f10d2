import type { FollowedPlatform } from "../followed/rehearseFollowed.ts";
import { CloudGround } from "./cloudGround.ts";
import { destroy } from "./scenarios/destroy.ts";
import { cloudScenarios } from "./scenarios/index.ts";

/** The rehearsal on a simulated AWS. It takes long: CloudWatch counts in whole minutes, and tells them a minute later. */
export const cloud: FollowedPlatform<CloudGround> = {
  platform: "aws",
  open: CloudGround.open,
  scenarios: cloudScenarios,
  destroy,
  longestMs: 90 * 60_000,
};
