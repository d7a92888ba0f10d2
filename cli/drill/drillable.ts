import { databaseSource } from "../../components/aws/databaseSource.ts";
import { physicalName } from "../../components/aws/physicalName.ts";
import { namePrefix } from "../../components/aws/serving.ts";
import type { AwsSettings } from "../../components/aws/settings.ts";
import { drillPrefix } from "../../provider/aws/drill/drillPrefix.ts";
import { originalUntouched } from "../../provider/aws/drill/restoreBeside.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";
import type { Context } from "../context.ts";

/** What to do where snapshots are no RDS snapshots of an instance. */
const elsewhere = {
  local: "leave greenlight:backup.drill on: each snapshot is restored and compared in the update that takes it",
  kubernetes:
    "restore the snapshot into a claim of its own and start a database on that, as docs/kubernetes.md shows (Database)",
} as const;

/**
 * The database of a stack whose snapshots can be drilled.
 *
 * @throws Problem (usage) that says what to do instead
 */
export function drillableDatabase(context: Context): { readonly aws: AwsSettings; readonly instance: string } {
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
    const next = platform === "aws" ? "set it" : elsewhere[platform];
    return refuse(
      `\`greenlight drill snapshot\` is for stacks on aws; this one is on ${platform}.`,
      of("platform"),
      next,
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
  const source = databaseSource(namePrefix(context.stack, aws), database);
  if (source.instance === undefined) {
    return refuse(
      `${source.cluster} is an Aurora cluster, and only snapshots of RDS instances are drilled yet.`,
      of("aws.database.cluster"),
      `by hand: \`aws rds restore-db-cluster-from-snapshot\` into a cluster of its own, an instance in it, compare, and remove both (docs/aws.md, Restore drill)`,
    );
  }
  return { aws, instance: source.instance };
}

/**
 * The snapshot that is drilled: the one that was named, else the newest whole one.
 *
 * @throws Problem (usage) for one that is not the stack's or not whole; (undecided) where there is none
 */
export function chosenSnapshot(
  all: readonly KeptSnapshot[],
  named: string | undefined,
  { instance, stack }: { readonly instance: string; readonly stack: string },
): KeptSnapshot {
  const newestFirst = all.toSorted((a, b) => Date.parse(b.takenAt ?? "") - Date.parse(a.takenAt ?? ""));
  const found = newestFirst.find(({ identifier, whole }) => (named === undefined ? whole : identifier === named));
  if (found?.whole === true) return found;
  const untouched = `${originalUntouched(instance)} Nothing was restored.`;
  const where = `RDS, snapshots of ${instance} with the tag greenlight:stack ${stack}`;
  if (found !== undefined) {
    throw new Problem({
      happened: `The snapshot ${found.identifier} is not available, so no database can be made from it.`,
      where,
      untouched,
      next: "see its state in RDS, or drill another one",
      exitCode: exitCodes.usage,
    });
  }
  if (named !== undefined) {
    const some = newestFirst.slice(0, 5).map(({ identifier }) => identifier);
    throw new Problem({
      happened: `The stack took no snapshot ${JSON.stringify(named.slice(0, 255))}.`,
      where,
      untouched,
      next: some.length === 0 ? "there is none yet" : `the newest are ${some.join(", ")}`,
      exitCode: exitCodes.usage,
    });
  }
  throw new Problem({
    happened: "There is no snapshot to drill.",
    where,
    untouched,
    next: "release a version that migrates: a snapshot is taken before (greenlight:aws.database.migration)",
    exitCode: exitCodes.undecided,
  });
}

/** The name of the instance that a snapshot is restored into. */
export function drillName(snapshot: string): string {
  return physicalName("database", `${drillPrefix}${snapshot}`).toLowerCase();
}
