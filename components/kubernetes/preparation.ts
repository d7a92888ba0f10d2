import { resolve } from "node:path";
import type { ProjectManifest } from "../../project/readManifest.ts";
import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { StackArgs } from "../platforms.ts";
import type * as pulumi from "../pulumi.ts";
import { BackupSnapshot } from "./backupSnapshot.ts";
import { containerPlan } from "./containers.ts";
import { DatabaseDump } from "./databaseDump.ts";
import { DatabaseMigration } from "./databaseMigration.ts";
import { jobsKept, type KubernetesDatabase } from "./databaseSettings.ts";
import { accessOf } from "./serving.ts";
import type { KubernetesSettings } from "./settings.ts";

/** What must be done before an environment takes a version: its snapshot or dump, then its migration. Nothing for one without a migration. */
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
  const snapshot = databaseBefore(`${environment}-snapshot`, kubernetes, database, common, manifest.commit, options());
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

/** The database as it was: a dump where the settings have one, else a snapshot of its volume. */
function databaseBefore(
  name: string,
  kubernetes: KubernetesSettings,
  { claim = "", snapshotClass, snapshotDeadline, dump, migration }: KubernetesDatabase,
  common: { readonly access: KubernetesAccess; readonly prefix: string; readonly version: string },
  commit: string | undefined,
  options: pulumi.ComponentResourceOptions,
): pulumi.Resource {
  const of = commit === undefined ? {} : { commit };
  if (dump !== undefined) {
    const { access, version } = common;
    return new DatabaseDump(name, { access, kubernetes, version, ...of, dump, keepMs: jobsKept(migration) }, options);
  }
  return new BackupSnapshot(
    name,
    {
      ...common,
      ...of,
      claim,
      ...(snapshotClass === undefined ? {} : { snapshotClass }),
      deadlineMs: snapshotDeadline,
    },
    options,
  );
}
