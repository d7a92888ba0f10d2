import type { AwsSettings } from "../../components/aws/settings.ts";
import { originalUntouched } from "../../provider/aws/drill/removeDrill.ts";
import type { RestoredVerification } from "../../provider/aws/drill/verifyRestored.ts";
import { environmentNames, other } from "../../release/environment.ts";
import { type Deployed, knowsSchema } from "../../release/restoreDrill.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";
import type { Context } from "../context.ts";
import { requirePlatform } from "../live.ts";
import { migrationTaskOf } from "../platform/migrationTask.ts";

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
  const told = {
    untouched: `${originalUntouched(original)} Nothing was restored.`,
    again: "run the same command again",
  };
  const task = await migrationTaskOf(context, aws, by, told, signal);
  if (task === undefined) {
    return {
      nobody: `${by.environment} ${by.version} was deployed without a migration, so it has no task that could ask what is in it`,
    };
  }
  const { verify: command, prints } = migration;
  const run = { ...task.run, untouched: originalUntouched(original), command, prints };
  return { by, taskDefinition: task.run.taskDefinition, run };
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
