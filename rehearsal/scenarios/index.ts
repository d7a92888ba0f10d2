import type { Scenario } from "../scenario.ts";
import { fourSwitches, twentySwitches } from "./backAndForth.ts";
import { evidence } from "./evidence.ts";
import { firstDeployment } from "./firstDeployment.ts";
import { goodRelease } from "./goodRelease.ts";
import { killBoth, killEngine } from "./killEngine.ts";
import { killDatabase, killInstance, killProxy } from "./killProcess.ts";
import { migrationFails } from "./migrationFails.ts";
import { errors, slow } from "./noGo.ts";
import { plainPulumi } from "./plainPulumi.ts";
import { neverHealthy, smokeFails } from "./refusedByGate.ts";
import { restoreDrill } from "./restoreDrill.ts";
import { withoutEvidence } from "./withoutEvidence.ts";

/** What is played under load, in order; `destroy` comes after it, when the load has ended. */
export function scenariosFor(quick: boolean): readonly Scenario[] {
  const full = [
    evidence,
    firstDeployment,
    goodRelease,
    twentySwitches,
    withoutEvidence,
    errors,
    slow,
    neverHealthy,
    smokeFails,
    migrationFails,
    killEngine,
    killBoth,
    killProxy,
    killInstance,
    killDatabase,
    restoreDrill,
    plainPulumi,
  ];
  const short = [evidence, firstDeployment, goodRelease, fourSwitches, errors];
  return quick ? short : full;
}
