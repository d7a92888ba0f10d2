import type { ResourceValidationPolicy } from "@pulumi/policy";
import { awsDatabases, isReplica } from "../inputs/databases.ts";

export const databasesEncrypted: ResourceValidationPolicy = {
  name: "databases-encrypted",
  displayName: "Databases are encrypted",
  description: "What lies in a database, and in every snapshot of it, is encrypted at rest.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps:
    "Set storageEncrypted to true. A database that stands unencrypted is copied: snapshot, encrypted copy of it, restore.",
  validateResource({ type, props }, reportViolation) {
    if (!awsDatabases.has(type)) return;
    // A replica takes its encryption from its source.
    if (isReplica(props) && !("storageEncrypted" in props)) return;
    if (props.storageEncrypted === true) return;
    reportViolation("Its data and snapshots would lie in plain. Set storageEncrypted to true.");
  },
};
