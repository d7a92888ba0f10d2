import { physicalName } from "../../components/aws/physicalName.ts";
import { namePrefix, taskFactsOf } from "../../components/aws/serving.ts";
import type { AwsSettings } from "../../components/aws/settings.ts";
import { logGroupOf, migrationRole } from "../../components/aws/watching.ts";
import { ask } from "../../provider/aws/awsProblem.ts";
import { ecsClient } from "../../provider/aws/clients.ts";
import { readStart } from "../../provider/aws/readStart.ts";
import type { TaskRun } from "../../provider/aws/runTask.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { Context } from "../context.ts";

/** A task outside any service as an environment's version migrated by one: with its image, variables, secrets and network. */
export interface MigrationTask {
  readonly run: TaskRun;
  /** The image that it is started from, as ECS has it. */
  readonly image: string | undefined;
}

/**
 * How such a task is started now. Its lines go into the log of migrations, which no watch of what serves reads.
 *
 * @param told what stays as it is when AWS does not say, and what asks again
 * @returns undefined where nothing says how migrations run, or the environment was deployed without one
 */
export async function migrationTaskOf(
  context: Context,
  aws: AwsSettings,
  { environment, version }: { readonly environment: EnvironmentName; readonly version: string },
  told: { readonly untouched: string; readonly again: string },
  signal: AbortSignal,
): Promise<MigrationTask | undefined> {
  const migration = aws.database?.migration;
  if (migration === undefined) return undefined;
  const prefix = namePrefix(context.stack, aws);
  const cluster = taskFactsOf(context.stack, context.settings())?.cluster ?? "";
  const service = physicalName("service", prefix, environment, migration.service);
  const family = physicalName("family", prefix, environment, migrationRole);
  const client = ecsClient(aws.region);
  try {
    const asked = { ...told, doing: `describe the tasks of ${family}`, where: `ECS, ${aws.region}, ${cluster}` };
    const start = await ask(asked, () => readStart(client, { cluster, service, family }, signal));
    if (start === undefined) return undefined;
    const { images, ...place } = start;
    return {
      image: images[migrationRole],
      run: {
        ...told,
        ...place,
        version,
        region: aws.region,
        cluster,
        container: migrationRole,
        logGroup: logGroupOf(prefix, environment, migrationRole),
        intervalMs: aws.gates.interval,
        deadlineMs: migration.deadline,
      },
    };
  } finally {
    client.destroy();
  }
}
