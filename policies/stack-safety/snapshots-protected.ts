import type { ResourceValidationPolicy } from "@pulumi/policy";

/** Snapshots that the stack takes of a cloud's data. */
const snapshots: ReadonlySet<string> = new Set([
  "aws:rds/snapshot:Snapshot",
  "aws:rds/clusterSnapshot:ClusterSnapshot",
  "aws:rds/snapshotCopy:SnapshotCopy",
  "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
  "aws:docdb/clusterSnapshot:ClusterSnapshot",
  "aws:ebs/snapshot:Snapshot",
  "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot",
]);

export const snapshotsProtected: ResourceValidationPolicy = {
  name: "snapshots-protected",
  displayName: "Snapshots are protected",
  description: "A snapshot is the way back: no update deletes it until somebody takes its protection away.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps: "Give the snapshot the option protect: true, and unprotect it when it is not needed any more.",
  validateResource({ type, opts }, reportViolation) {
    if (!snapshots.has(type) || opts.protect === true) return;
    reportViolation("An update could delete the way back. Give it the option protect: true.");
  },
};
