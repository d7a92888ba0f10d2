import {
  CreateDBClusterSnapshotCommand,
  CreateDBSnapshotCommand,
  DBClusterSnapshotNotFoundFault,
  DBSnapshotNotFoundFault,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  paginateDescribeDBClusterSnapshots,
  paginateDescribeDBSnapshots,
  type RDSClient,
  type Tag,
} from "@aws-sdk/client-rds";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";
import type { DatabaseKind } from "./databaseKind.ts";
import type { SeenSnapshot } from "./databaseSnapshot.ts";

/** Snapshots of instances and of clusters: two sets of questions to RDS with the same meaning. */
export function rdsSnapshots(client: RDSClient) {
  return {
    async take(
      kind: DatabaseKind,
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

    async find(kind: DatabaseKind, identifier: string, abortSignal: AbortSignal): Promise<SeenSnapshot | undefined> {
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

    /** Those that bear the stack's tag, of every page. */
    async list(kind: DatabaseKind, source: string, stack: string, abortSignal: AbortSignal): Promise<KeptSnapshot[]> {
      const found: KeptSnapshot[] = [];
      const SnapshotType = "manual";
      if (kind === "instance") {
        const asked = { SnapshotType, DBInstanceIdentifier: source };
        for await (const { DBSnapshots = [] } of paginateDescribeDBSnapshots({ client }, asked, { abortSignal })) {
          found.push(...DBSnapshots.flatMap((it) => kept(it.DBSnapshotIdentifier, it, stack)));
        }
        return found;
      }
      const asked = { SnapshotType, DBClusterIdentifier: source };
      const pages = paginateDescribeDBClusterSnapshots({ client }, asked, { abortSignal });
      for await (const { DBClusterSnapshots = [] } of pages) {
        found.push(...DBClusterSnapshots.flatMap((it) => kept(it.DBClusterSnapshotIdentifier, it, stack)));
      }
      return found;
    },

    async remove(kind: DatabaseKind, identifier: string, abortSignal: AbortSignal): Promise<void> {
      if (kind === "instance") {
        await client.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: identifier }), { abortSignal });
      } else {
        const asked = new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: identifier });
        await client.send(asked, { abortSignal });
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

/** A snapshot of the stack; none when it bears another tag. */
function kept(
  identifier: string | undefined,
  it: {
    TagList?: Tag[] | undefined;
    Status?: string | undefined;
    SnapshotCreateTime?: Date | undefined;
  },
  stack: string,
): KeptSnapshot[] {
  const tag = (name: string) => it.TagList?.find(({ Key }) => Key === name)?.Value;
  if (identifier === undefined || tag("greenlight:stack") !== stack) return [];
  return [
    {
      identifier,
      whole: it.Status === "available",
      release: tag("greenlight:release"),
      takenAt: it.SnapshotCreateTime?.toISOString(),
    },
  ];
}
