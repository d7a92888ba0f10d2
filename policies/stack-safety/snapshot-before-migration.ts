import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

const migrations: ReadonlySet<string> = new Set([
  "greenlight:index:DatabaseMigration",
  "greenlight:aws:MigrationTask",
  "greenlight:kubernetes:MigrationJob",
]);
const snapshots: ReadonlySet<string> = new Set([
  "greenlight:index:BackupSnapshot",
  "greenlight:aws:DatabaseSnapshot",
  "greenlight:kubernetes:VolumeSnapshot",
  "greenlight:kubernetes:DumpJob",
]);

export const snapshotBeforeMigration: StackValidationPolicy = {
  name: "snapshot-before-migration",
  displayName: "No migration without a snapshot",
  description: "Every migration waits for a snapshot of the database that was taken for the same version.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps: "Make the migration depend on a BackupSnapshot of its version.",
  validateStack({ resources }, reportViolation) {
    for (const migration of resources.filter((it) => migrations.has(it.type))) {
      const guarded = everythingBefore(migration).some(
        (it) => snapshots.has(it.type) && it.props.version === migration.props.version,
      );
      if (guarded) continue;
      reportViolation(
        `${migration.name} waits for no snapshot of ${migration.props.version}. Make it depend on a BackupSnapshot of that version.`,
        migration.urn,
      );
    }
  },
};

/** What is there before a resource: what it and the components around it depend on, directly or through others. */
function everythingBefore(resource: PolicyResource): PolicyResource[] {
  const seen = new Map<string, PolicyResource>();
  const open = [...reasonsToWait(resource)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next.urn)) continue;
    seen.set(next.urn, next);
    open.push(...reasonsToWait(next));
  }
  return [...seen.values()];
}

function reasonsToWait({ dependencies, parent }: PolicyResource): PolicyResource[] {
  return parent === undefined ? dependencies : [...dependencies, parent];
}
