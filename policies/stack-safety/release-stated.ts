import type { ResourceValidationPolicy } from "@pulumi/policy";
import { liveDeployed } from "../../release/transition.ts";
import { releaseFacts, releaseType } from "../inputs/release-facts.ts";

export const releaseStated: ResourceValidationPolicy = {
  name: "release-stated",
  displayName: "An update states what it does",
  description: "The Release states its kind, the live environment and the version and manifest digest there.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps: "Set greenlight:live to an environment whose version is set, and leave the Release to Greenlight.",
  validateResource({ type, props }, reportViolation) {
    if (type !== releaseType) return;
    const stated = releaseFacts(props);
    if ("missing" in stated) {
      reportViolation(`The Release does not state ${stated.missing}. Leave the Release to Greenlight's own program.`);
    } else if (liveDeployed(stated.facts) === undefined) {
      const { live } = stated.facts;
      reportViolation(`${live} is to be live, but no version is stated for it. Set greenlight:${live} to its version.`);
    }
  },
};
