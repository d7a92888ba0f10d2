import type { Scenario } from "../../scenario.ts";
import type { ClusterGround } from "../clusterGround.ts";
import { firstDeployment } from "./firstDeployment.ts";
import { migrationFails, neverHealthy, noRoom, notPulled, webhookRefuses, wrongShape } from "./refusals.ts";
import { badCanary, badRolling, errors, goodCanary, goodRelease, goodRolling } from "./releases.ts";
import { fourSwitches, twentySwitches } from "./switches.ts";
import { apiServerGone, drained, killed, lagging, strangers } from "./troubles.ts";

const full: readonly Scenario<ClusterGround>[] = [
  firstDeployment,
  goodRelease,
  neverHealthy,
  wrongShape,
  migrationFails,
  notPulled,
  errors,
  goodCanary,
  badCanary,
  goodRolling,
  badRolling,
  noRoom,
  webhookRefuses,
  killed,
  twentySwitches,
  lagging,
  apiServerGone,
  drained,
  strangers,
];

/** What is played on Kubernetes, in order; `pulumi destroy` comes after all of it. */
export function clusterScenarios(quick: boolean): readonly Scenario<ClusterGround>[] {
  return quick ? [firstDeployment, goodRelease, migrationFails, goodRolling, fourSwitches] : full;
}
