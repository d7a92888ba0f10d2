import type { ProjectManifest } from "../../project/readManifest.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type * as pulumi from "../pulumi.ts";
import { BackupSnapshot } from "./backupSnapshot.ts";
import { DatabaseMigration } from "./databaseMigration.ts";
import { databaseSource } from "./databaseSource.ts";
import { physicalName } from "./physicalName.ts";
import { type AwsPlan, databaseFor } from "./sides.ts";
import { migrationRole } from "./watching.ts";

/** What must be done before an environment takes a version: its snapshot, then its migration. Nothing for one without a migration. */
export function prepareDatabase(
  plan: AwsPlan,
  name: EnvironmentName,
  { manifest }: ProjectManifest,
  before: readonly pulumi.Resource[],
): pulumi.Resource[] {
  const { aws, settings, prefix } = plan;
  const { database } = aws;
  const migration = database?.migration;
  if (database === undefined || migration === undefined || manifest.database.tool === "none") return [];
  const interval = aws.gates.interval;
  const snapshot = new BackupSnapshot(
    `${name}-snapshot`,
    {
      region: aws.region,
      ...databaseSource(prefix, database),
      version: manifest.version,
      ...(manifest.commit === undefined ? {} : { commit: manifest.commit }),
      prefix: physicalName("service", "before", manifest.version.replace(/[^A-Za-z0-9]+/g, "-"), prefix),
      tags: { ...plan.tags },
      intervalMs: interval,
      deadlineMs: database.snapshotDeadline,
    },
    plan.options(...before),
  );
  const stated = manifest.services[migration.service];
  const own = aws.services[migration.service];
  const migrated = new DatabaseMigration(
    `${name}-migration`,
    {
      version: manifest.version,
      cluster: plan.cluster,
      subnets: plan.ground.tasks,
      securityGroup: plan.network.taskGroup,
      task: {
        stack: prefix,
        account: aws.account,
        region: aws.region,
        environment: name,
        role: migrationRole,
        image: stated?.image ?? "",
        port: settings.services[migration.service]?.port ?? 0,
        env: { ...stated?.env },
        secrets: { ...own?.secrets },
        cpu: own?.cpu ?? 256,
        memory: own?.memory ?? 512,
        architecture: own?.architecture ?? "X86_64",
        stopSeconds: 30,
        keepLogs: aws.logs,
        ...databaseFor(plan, migration.service),
        ...(own?.taskRole === undefined ? {} : { taskRole: own.taskRole }),
      },
      command: migration.command,
      verify: migration.verify,
      prints: migration.prints,
      intervalMs: interval,
      deadlineMs: migration.deadline,
    },
    plan.options(...before, snapshot),
  );
  return [snapshot, migrated];
}
