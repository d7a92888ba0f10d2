import type { StackValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { releaseFacts, releaseType } from "../inputs/release-facts.ts";

/** What arms alarms, by platform. */
const arming: ReadonlySet<string> = new Set([
  "greenlight:local:Alarms",
  "greenlight:aws:ReleaseAlarms",
  // The team's own alerts, which are asked before a version is begun and all through its watch.
  "greenlight:kubernetes:AlertsQuiet",
]);

const armed = z.object({
  services: z.array(z.string()),
  thresholds: z.object({ errorRate: z.object({ max: z.number() }), p95: z.object({ maxMs: z.number() }) }),
});

export const thresholdsArmed: StackValidationPolicy = {
  name: "thresholds-armed",
  displayName: "Every release has its alarms",
  description: "The alarms by which a release is a no-go are armed for every service that is released.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps:
    "Keep ReleaseAlarms in the program, for all services, with an error rate below 1; on kubernetes name alerting rules in greenlight:kubernetes.prometheus.alerts, or have the stack make some (rule).",
  validateStack({ resources }, reportViolation) {
    const alarms = resources
      .filter((it) => arming.has(it.type))
      .map((it) => armed.safeParse({ services: it.props.services, thresholds: it.props.thresholds }).data);
    for (const release of resources.filter((it) => it.type === releaseType)) {
      const stated = releaseFacts(release.props);
      if ("missing" in stated) continue; // release-stated reports that
      const bare = stated.services.filter(
        (service) => !alarms.some((it) => it?.services.includes(service) && it.thresholds.errorRate.max < 1),
      );
      if (bare.length === 0) continue;
      reportViolation(
        `No alarm would ever fire for ${bare.join(", ")}. Keep the alarms for every service, with greenlight:thresholds.errorRate below 1.`,
        release.urn,
      );
    }
  },
};
