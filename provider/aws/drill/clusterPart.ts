import {
  type DBCluster,
  DBClusterNotFoundFault,
  DeleteDBClusterCommand,
  DescribeDBClustersCommand,
  paginateDescribeDBClusters,
  type RDSClient,
  RestoreDBClusterFromSnapshotCommand,
} from "@aws-sdk/client-rds";
import { type DrillPart, drillOf, drillTags, isDrill, requireDrillName, type SeenDatabase } from "./drilled.ts";

/** Fewest days for which RDS keeps a cluster's own backups, which it never goes without. They go with it. */
const leastBackups = 1;

/** An Aurora cluster of its own, made from a snapshot. It has no instance yet. */
export function restoredCluster(client: RDSClient): DrillPart {
  return {
    kind: "cluster",
    called: (name) => name,
    making: (name, { snapshot }) => `restore the snapshot ${snapshot} into ${name}`,

    async find(identifier, abortSignal) {
      try {
        const asked = new DescribeDBClustersCommand({ DBClusterIdentifier: identifier });
        const it = (await client.send(asked, { abortSignal })).DBClusters?.[0];
        return it === undefined ? undefined : seen(it);
      } catch (error) {
        if (error instanceof DBClusterNotFoundFault) return undefined;
        throw error;
      }
    },

    async left(stack, abortSignal) {
      const found: SeenDatabase[] = [];
      for await (const { DBClusters = [] } of paginateDescribeDBClusters({ client }, {}, { abortSignal })) {
        found.push(...DBClusters.map(seen).filter((it) => isDrill(it, stack)));
      }
      return found;
    },

    async make(name, order, abortSignal) {
      requireDrillName(name);
      const { snapshot, make, beside } = order;
      await client.send(
        new RestoreDBClusterFromSnapshotCommand({
          DBClusterIdentifier: name,
          SnapshotIdentifier: snapshot,
          Engine: make.engine,
          // Left out, RDS takes the default of the region and not the snapshot's.
          EngineVersion: make.version,
          EngineMode: beside.cluster?.mode,
          DBSubnetGroupName: beside.subnetGroup,
          DBClusterParameterGroupName: beside.cluster?.parameterGroup,
          VpcSecurityGroupIds: [...beside.securityGroups],
          ServerlessV2ScalingConfiguration: beside.cluster?.scaling,
          DeletionProtection: false,
          CopyTagsToSnapshot: false,
          BackupRetentionPeriod: leastBackups,
          Tags: drillTags(order),
        }),
        { abortSignal },
      );
    },

    async remove(name, abortSignal) {
      requireDrillName(name);
      const asked = { DBClusterIdentifier: name, SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
      await client.send(new DeleteDBClusterCommand(asked), { abortSignal });
    },
  };
}

function seen(it: DBCluster): SeenDatabase {
  return {
    kind: "cluster",
    identifier: it.DBClusterIdentifier ?? "",
    status: it.Status ?? "unknown",
    engine: it.Engine ?? "unknown",
    version: it.EngineVersion ?? "unknown",
    storage: null,
    encrypted: it.StorageEncrypted ?? false,
    host: it.Endpoint,
    port: it.Port,
    database: it.DatabaseName,
    // It is reached through its instances, each of which says that of itself, as it does its class and group of parameters.
    public: false,
    class: undefined,
    parameterGroup: undefined,
    // What AWS does not say is not taken for safe.
    severalZones: it.MultiAZ ?? true,
    deletionProtected: it.DeletionProtection ?? true,
    backups: it.BackupRetentionPeriod,
    leastBackups,
    subnetGroup: it.DBSubnetGroup,
    securityGroups: (it.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId = "" }) => VpcSecurityGroupId),
    cluster: {
      mode: it.EngineMode ?? "provisioned",
      parameterGroup: it.DBClusterParameterGroup,
      scaling: it.ServerlessV2ScalingConfiguration,
      writer: it.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier,
    },
    drill: drillOf(it.TagList),
    madeAt: it.ClusterCreateTime?.toISOString(),
  };
}
