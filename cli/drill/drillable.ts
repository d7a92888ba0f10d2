import { databaseSource } from "../../components/aws/databaseSource.ts";
import { physicalName } from "../../components/aws/physicalName.ts";
import { namePrefix } from "../../components/aws/serving.ts";
import type { AwsSettings } from "../../components/aws/settings.ts";
import type { DatabaseKind } from "../../provider/aws/databaseKind.ts";
import { drillPrefix } from "../../provider/aws/drill/drillPrefix.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/** The database whose snapshots a stack takes. */
interface Drillable {
  readonly aws: AwsSettings;
  readonly kind: DatabaseKind;
  /** Identifier of the database that serves. */
  readonly identifier: string;
}

/**
 * The database of a stack whose snapshots can be drilled.
 *
 * @throws Problem (usage) that says what to do instead
 */
export function drillableDatabase(context: Context): Drillable {
  const { platform, aws } = context.settings();
  const of = (key: string) => `${context.stackFile.path}, ${context.projectName}:${key}`;
  const refuse = (happened: string, where: string, next: string): never => {
    throw new Problem({
      happened,
      where,
      untouched: "The database was not touched, and nothing was restored.",
      next,
      exitCode: exitCodes.usage,
    });
  };
  if (platform !== "aws" || aws === undefined) {
    return refuse(
      `\`greenlight drill snapshot\` is for stacks on aws and kubernetes; this one is on ${platform}.`,
      of("platform"),
      "leave greenlight:backup.drill on: each snapshot is restored and compared in the update that takes it",
    );
  }
  const { database } = aws;
  if (database === undefined) {
    return refuse(
      "The stack has no database, and so no snapshots.",
      of("aws.database"),
      "name it there, if it has one",
    );
  }
  const { instance, cluster } = databaseSource(namePrefix(context.stack, aws), database);
  return cluster === undefined
    ? { aws, kind: "instance", identifier: instance ?? "" }
    : { aws, kind: "cluster", identifier: cluster };
}

/** The name of what a snapshot is restored into. */
export function drillName(snapshot: string): string {
  return physicalName("database", `${drillPrefix}${snapshot}`).toLowerCase();
}
