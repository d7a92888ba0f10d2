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
import type { CloudGround } from "../cloudGround.ts";
import { usualLagMs } from "../cloudProject.ts";
import { nobodyThere } from "./nobodyThere.ts";
import { alarmFires, neverHealthy, snapshotLimit } from "./refusals.ts";
import { goodRelease, slow } from "./releases.ts";
import { expired, takenBackByEcs, throttled, weightsMoved } from "./troubles.ts";

const first = firstDeployment(
  "v1.0.0 is deployed in an empty account into the team's own network, passes its gates, and serves behind a load balancer.",
);
const switches = { lagMs: usualLagMs };

const full: readonly Scenario<CloudGround>[] = [
  first,
  goodRelease,
  neverHealthy,
  smokeFails,
  migrationFails,
  notPulled(/CannotPullContainer/),
  errors("CloudWatch"),
  slow,
  goodCanary,
  badCanary,
  alarmFires,
  snapshotLimit,
  killed({ "the start of the tasks": /-steady …/, "the switch": /traffic-gate …/ }),
  backAndForth({ ...switches, name: "switches", switches: 20, quick: false }),
  throttled,
  expired,
  weightsMoved,
  takenBackByEcs,
  nobodyThere,
];

/** What is played on AWS, in order; `pulumi destroy` comes after all of it. */
export function cloudScenarios(quick: boolean): readonly Scenario<CloudGround>[] {
  if (!quick) return full;
  const few = backAndForth({ ...switches, name: "switches-quick", switches: 4, quick: true });
  // What is released last leaves a good version on either side, to switch between.
  return [first, migrationFails, goodRelease, few, throttled, weightsMoved];
}
