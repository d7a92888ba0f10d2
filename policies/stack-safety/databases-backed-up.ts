import type { ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { awsDatabases, isReplica } from "../inputs/databases.ts";

const config = z.object({ leastDays: z.number().int() });

export const databasesBackedUp: ResourceValidationPolicy = {
  name: "databases-backed-up",
  displayName: "Databases are backed up",
  description: "Backups of a database are kept for some days, and a last one is taken when it goes.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps:
    "Set backupRetentionPeriod to the days that backups are kept, and leave skipFinalSnapshot at false.",
  configSchema: {
    properties: {
      leastDays: {
        type: "integer",
        default: 7,
        minimum: 1,
        description: "How many days backups are kept at the least.",
      },
    },
  },
  validateResource({ type, props, getConfig }, reportViolation) {
    if (!awsDatabases.has(type) || isReplica(props)) return;
    const { leastDays } = config.parse(getConfig());
    const days: unknown = props.backupRetentionPeriod;
    if (typeof days !== "number" || days < leastDays) {
      reportViolation(
        `Its backups would be kept for ${typeof days === "number" ? days : "no stated number of"} days. Set backupRetentionPeriod to ${leastDays} or more.`,
      );
    }
    if (props.skipFinalSnapshot === true) {
      reportViolation("It would go without a last snapshot. Leave skipFinalSnapshot at false.");
    }
  },
};
