import { databaseSource } from "../../components/aws/databaseSource.ts";
import { namePrefix } from "../../components/aws/serving.ts";
import type { AwsDatabaseSettings, AwsSettings } from "../../components/aws/settings.ts";
import { ask } from "../../provider/aws/awsProblem.ts";
import { databaseClient } from "../../provider/aws/clients.ts";
import { rdsSnapshots } from "../../provider/aws/rdsSnapshots.ts";
import type { TakenSnapshot } from "./platform.ts";

/** The newest snapshot of the database that the stack took. @throws Problem when AWS does not say */
export async function newestOnAws(
  stack: string,
  aws: AwsSettings,
  database: AwsDatabaseSettings,
  signal: AbortSignal,
): Promise<TakenSnapshot | undefined> {
  const client = databaseClient(aws.region);
  const prefix = namePrefix(stack, aws);
  const { instance, cluster } = databaseSource(prefix, database);
  const source = instance ?? cluster ?? "";
  const asked = {
    doing: `tell the snapshots of ${source}`,
    where: `RDS, ${aws.region}`,
    untouched: "Nothing was changed.",
  };
  try {
    const kind = instance === undefined ? "cluster" : "instance";
    const all = await ask(asked, () => rdsSnapshots(client).list(kind, source, prefix, signal));
    const [newest] = all
      .flatMap(({ identifier, whole, takenAt }) =>
        takenAt === undefined ? [] : [{ file: identifier, takenAt, whole }],
      )
      .toSorted((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt));
    return newest;
  } finally {
    client.destroy();
  }
}
