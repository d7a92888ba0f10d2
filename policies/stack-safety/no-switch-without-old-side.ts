import type { ResourceValidationPolicy } from "@pulumi/policy";
import { other } from "../../release/environment.ts";
import type { Kind } from "../../release/transition.ts";
import { releaseFacts, releaseType } from "../inputs/release-facts.ts";

const moving = new Set<Kind>(["switch", "promotion", "rollback"]);

export const noSwitchWithoutOldSide: ResourceValidationPolicy = {
  name: "no-switch-without-old-side",
  displayName: "The old side stays through a switch",
  description: "An update that moves traffic keeps the environment that traffic leaves: it is the way back.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps: "Keep the old side's version in the stack file, switch, and retire it in a later update.",
  validateResource({ type, props }, reportViolation) {
    if (type !== releaseType) return;
    const stated = releaseFacts(props);
    if ("missing" in stated) return; // release-stated reports that
    const { kind, live, environments } = stated.facts;
    const left = other(live);
    if (moving.has(kind) && environments[left] === undefined) {
      reportViolation(
        `Traffic would move to ${live} while ${left} is retired: there would be no way back. Keep greenlight:${left} and retire it in a later update.`,
      );
    }
  },
};
