import { firstDeployment } from "../../followed/scenarios/firstDeployment.ts";
import { killed } from "../../followed/scenarios/killed.ts";
import {
  badCanary,
  errors,
  goodCanary,
  migrationFails,
  notPulled,
  smokeFails,
} from "../../followed/scenarios/shopReleases.ts";
import { backAndForth } from "../../followed/scenarios/switches.ts";
import type { Scenario } from "../../scenario.ts";
import type { ClusterGround } from "../clusterGround.ts";
import { usualLagMs } from "../clusterProject.ts";
import { neverHealthy, noRoom, webhookRefuses } from "./refusals.ts";
import { badRolling, goodRelease, goodRolling } from "./releases.ts";
import { apiServerGone, drained, lagging, strangers } from "./troubles.ts";

const first = firstDeployment(
  "v1.0.0 is deployed in an empty namespace by a Role that may do nothing elsewhere, passes its gates, and serves.",
);

const full: readonly Scenario<ClusterGround>[] = [
  first,
  goodRelease,
  neverHealthy,
  smokeFails,
  migrationFails,
  notPulled(/(ErrImagePull|ImagePullBackOff|cannot be pulled|failed to pull)/),
  errors("Prometheus"),
  goodCanary,
  badCanary,
  goodRolling,
  badRolling,
  noRoom,
  webhookRefuses,
  killed({ "the coming of the pods": /-rollout …/, "the switch": /traffic-gate …/ }),
  backAndForth({ name: "switches", switches: 20, lagMs: usualLagMs, quick: false }),
  lagging,
  apiServerGone,
  drained,
  strangers,
];

/** What is played on Kubernetes, in order; `pulumi destroy` comes after all of it. */
export function clusterScenarios(quick: boolean): readonly Scenario<ClusterGround>[] {
  return quick
    ? [
        first,
        goodRelease,
        migrationFails,
        goodRolling,
        backAndForth({ name: "switches-quick", switches: 4, lagMs: usualLagMs, quick: true }),
      ]
    : full;
}
