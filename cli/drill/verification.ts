import { physicalName } from "../../components/aws/physicalName.ts";
import { namePrefix, taskFactsOf } from "../../components/aws/serving.ts";
import type { AwsSettings } from "../../components/aws/settings.ts";
import { logGroupOf, migrationRole } from "../../components/aws/watching.ts";
import { ask } from "../../provider/aws/awsProblem.ts";
import { ecsClient } from "../../provider/aws/clients.ts";
import { readStart } from "../../provider/aws/drill/readStart.ts";
import { originalUntouched } from "../../provider/aws/drill/removeDrill.ts";
import type { RestoredVerification } from "../../provider/aws/drill/verifyRestored.ts";
import { environmentNames, other } from "../../release/environment.ts";
import { type Deployed, knowsSchema } from "../../release/restoreDrill.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";
import type { Context } from "../context.ts";
import { requirePlatform } from "../live.ts";

/** Who asks a restored database what is in it, and how; or why nobody does. */
export type Verifier =
  | { readonly by: Deployed; readonly taskDefinition: string; readonly run: RestoredVerification }
  | { readonly nobody: string };

/**
 * The task that asks a restored database: the settings' verification, as an update runs it, of a deployed version that has not migrated since
 * the snapshot. Its lines go into the log of migrations, which no watch of what serves reads.
 *
 * @param original identifier of the database that serves
 */
export async function verifierOf(
  context: Context,
  aws: AwsSettings,
  original: string,
  snapshot: KeptSnapshot,
  all: readonly KeptSnapshot[],
  signal: AbortSignal,
): Promise<Verifier> {
  const migration = aws.database?.migration;
  if (migration === undefined) {
    return { nobody: `${context.projectName}:aws.database.migration is not set, so nobody could ask what is in it` };
  }
  const by = knowsSchema(snapshot, all, await deployedVersions(context));
  if (by === undefined) {
    const before = snapshot.release === undefined ? "" : ` from before ${snapshot.release}`;
    return { nobody: `no version runs that fits a snapshot${before}, so nobody could ask what is in it` };
  }
  const settings = context.settings();
  const prefix = namePrefix(context.stack, aws);
  const { service } = migration;
  const cluster = taskFactsOf(context.stack, settings)?.cluster ?? "";
  const name = physicalName("service", prefix, by.environment, service);
  const family = physicalName("family", prefix, by.environment, migrationRole);
  const client = ecsClient(aws.region);
  const untouched = `${originalUntouched(original)} Nothing was restored.`;
  const again = "run the same command again";
  try {
    const asked = {
      doing: `describe the tasks of ${family}`,
      where: `ECS, ${aws.region}, ${cluster}`,
      untouched,
      again,
    };
    const start = await ask(asked, () => readStart(client, { cluster, service: name, family }, signal));
    if (start === undefined) {
      return {
        nobody: `${by.environment} ${by.version} was deployed without a migration, so it has no task that could ask what is in it`,
      };
    }
    return {
      by,
      taskDefinition: start.taskDefinition,
      run: {
        region: aws.region,
        cluster,
        container: migrationRole,
        ...start,
        version: by.version,
        logGroup: logGroupOf(prefix, by.environment, migrationRole),
        intervalMs: aws.gates.interval,
        deadlineMs: migration.deadline,
        untouched: originalUntouched(original),
        again,
        command: migration.verify,
        prints: migration.prints,
      },
    };
  } finally {
    client.destroy();
  }
}

/** Versions that run as the settings name them, what serves first. */
async function deployedVersions(context: Context): Promise<readonly Deployed[]> {
  const platform = await requirePlatform(context);
  const settings = context.settings();
  const [{ environment: live }, running] = await Promise.all([platform.serving(), platform.running()]);
  return (live === undefined ? environmentNames : [live, other(live)]).flatMap((environment) => {
    const [version, ...more] = running[environment];
    // An image that no manifest names says nothing of what it expects.
    return version === undefined || more.length > 0 || version !== settings[environment]
      ? []
      : [{ environment, version }];
  });
}
