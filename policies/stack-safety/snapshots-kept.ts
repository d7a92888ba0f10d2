import type { ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";

const config = z.object({
  requireDrill: z.boolean(),
  leastKept: z.number().int(),
  requireKeepOnDestroy: z.boolean(),
});
const snapshot = z.object({ drill: z.boolean(), keep: z.number().int(), keepOnDestroy: z.boolean() });

export const snapshotsKept: ResourceValidationPolicy = {
  name: "snapshots-kept",
  displayName: "Snapshots are proven and kept",
  description: "A snapshot is restored as a drill before the migration it guards, and enough of them are kept.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps: "Set drill, keep and keepOnDestroy in greenlight:backup.",
  configSchema: {
    properties: {
      requireDrill: { type: "boolean", default: true, description: "Every snapshot is restored as a drill." },
      leastKept: { type: "integer", default: 1, minimum: 1, description: "How many snapshots are kept at the least." },
      requireKeepOnDestroy: {
        type: "boolean",
        default: false,
        description: "Snapshots outlive the stack: for every stack whose data somebody would miss.",
      },
    },
  },
  validateResource({ type, props, getConfig }, reportViolation) {
    if (type !== "greenlight:index:BackupSnapshot") return;
    const rule = config.parse(getConfig());
    const stated = snapshot.safeParse({ drill: props.drill, keep: props.keep, keepOnDestroy: props.keepOnDestroy });
    if (!stated.success) {
      reportViolation("It does not state drill, keep and keepOnDestroy. Leave it to Greenlight's own program.");
      return;
    }
    const { drill, keep, keepOnDestroy } = stated.data;
    if (rule.requireDrill && !drill) {
      reportViolation("Nobody would know whether it can be restored. Set drill in greenlight:backup to true.");
    }
    if (keep < rule.leastKept) {
      reportViolation(`${keep} would be kept. Set keep in greenlight:backup to ${rule.leastKept} or more.`);
    }
    if (rule.requireKeepOnDestroy && !keepOnDestroy) {
      reportViolation("It would go with the stack. Set keepOnDestroy in greenlight:backup to true.");
    }
  },
};
