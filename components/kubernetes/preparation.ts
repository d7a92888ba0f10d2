import { resolve } from "node:path";
import type { ProjectManifest } from "../../project/readManifest.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { StackArgs } from "../platforms.ts";
import type * as pulumi from "../pulumi.ts";
import { BackupSnapshot } from "./backupSnapshot.ts";
import { containerPlan } from "./containers.ts";
import { DatabaseMigration } from "./databaseMigration.ts";
import { accessOf } from "./serving.ts";
import type { KubernetesSettings } from "./settings.ts";

/** What must be done before an environment takes a version: its snapshot, then its migration. Nothing for one without a migration. */
export function prepareDatabase(
  { project }: Pick<StackArgs, "project">,
  kubernetes: KubernetesSettings,
  environment: EnvironmentName,
  { manifest }: ProjectManifest,
  options: (...after: pulumi.Resource[]) => pulumi.ComponentResourceOptions,
): pulumi.Resource[] {
  const { database, name: prefix } = kubernetes;
  const migration = database?.migration;
  if (database === undefined || migration === undefined || manifest.database.tool === "none") return [];
  const common = { access: accessOf(resolve(project), kubernetes), prefix, version: manifest.version };
  const snapshot = new BackupSnapshot(
    `${environment}-snapshot`,
    {
      ...common,
      ...(manifest.commit === undefined ? {} : { commit: manifest.commit }),
      claim: database.claim,
      ...(database.snapshotClass === undefined ? {} : { snapshotClass: database.snapshotClass }),
      deadlineMs: database.snapshotDeadline,
    },
    options(),
  );
  const { service, command, verify, prints, deadline, keep } = migration;
  const migrated = new DatabaseMigration(
    `${environment}-migration`,
    {
      ...common,
      container: containerPlan(kubernetes, manifest, service),
      command,
      verify,
      prints,
      deadlineMs: deadline,
      keepMs: keep,
    },
    options(snapshot),
  );
  return [snapshot, migrated];
}
