import {
  CreateDBClusterSnapshotCommand,
  CreateDBSnapshotCommand,
  DBClusterSnapshotNotFoundFault,
  DBSnapshotNotFoundFault,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  type RDSClient,
  type Tag,
} from "@aws-sdk/client-rds";
import type { SeenSnapshot } from "./databaseSnapshot.ts";

/** Snapshots of instances and of clusters: two sets of questions to RDS with the same meaning. */
export function rdsSnapshots(client: RDSClient) {
  return {
    async take(
      kind: "instance" | "cluster",
      source: string,
      identifier: string,
      Tags: Tag[],
      abortSignal: AbortSignal,
    ): Promise<void> {
      if (kind === "instance") {
        const asked = { DBInstanceIdentifier: source, DBSnapshotIdentifier: identifier, Tags };
        await client.send(new CreateDBSnapshotCommand(asked), { abortSignal });
      } else {
        const asked = { DBClusterIdentifier: source, DBClusterSnapshotIdentifier: identifier, Tags };
        await client.send(new CreateDBClusterSnapshotCommand(asked), { abortSignal });
      }
    },

    async find(
      kind: "instance" | "cluster",
      identifier: string,
      abortSignal: AbortSignal,
    ): Promise<SeenSnapshot | undefined> {
      try {
        if (kind === "instance") {
          const asked = new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: identifier });
          const it = (await client.send(asked, { abortSignal })).DBSnapshots?.[0];
          return it === undefined ? undefined : seen(identifier, it, it.DBSnapshotArn, it.Encrypted);
        }
        const asked = new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: identifier });
        const it = (await client.send(asked, { abortSignal })).DBClusterSnapshots?.[0];
        return it === undefined ? undefined : seen(identifier, it, it.DBClusterSnapshotArn, it.StorageEncrypted);
      } catch (error) {
        if (error instanceof DBSnapshotNotFoundFault || error instanceof DBClusterSnapshotNotFoundFault)
          return undefined;
        throw error;
      }
    },
  };
}

function seen(
  identifier: string,
  it: { Status?: string | undefined; PercentProgress?: number | undefined },
  arn: string | undefined,
  encrypted: boolean | undefined,
): SeenSnapshot {
  return {
    identifier,
    arn: arn ?? "",
    status: it.Status ?? "unknown",
    percent: it.PercentProgress ?? 0,
    encrypted: encrypted ?? false,
  };
}
