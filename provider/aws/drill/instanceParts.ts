import {
  CreateDBInstanceCommand,
  type DBInstance,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  paginateDescribeDBInstances,
  type RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import { type DrillPart, drillOf, drillTags, isDrill, requireDrillName, type SeenDatabase } from "./drilled.ts";

/** An instance of its own, made from a snapshot. */
export function restoredInstance(client: RDSClient): DrillPart {
  return {
    ...anyInstance(client),
    called: (name) => name,
    making: (name, { snapshot }) => `restore the snapshot ${snapshot} into ${name}`,

    async make(name, order, abortSignal) {
      requireDrillName(name);
      const { snapshot, beside } = order;
      await client.send(
        new RestoreDBInstanceFromDBSnapshotCommand({
          DBInstanceIdentifier: name,
          DBSnapshotIdentifier: snapshot,
          DBInstanceClass: beside.class,
          DBSubnetGroupName: beside.subnetGroup,
          DBParameterGroupName: beside.parameterGroup,
          VpcSecurityGroupIds: [...beside.securityGroups],
          PubliclyAccessible: false,
          MultiAZ: false,
          DeletionProtection: false,
          AutoMinorVersionUpgrade: false,
          CopyTagsToSnapshot: false,
          BackupRetentionPeriod: 0,
          Tags: drillTags(order),
        }),
        { abortSignal },
      );
    },
  };
}

/** The one instance in a cluster of the same name, without which nobody reaches that; storage, groups and backups are the cluster's. */
export function instanceInCluster(client: RDSClient): DrillPart {
  return {
    ...anyInstance(client),
    called: (name) => `the instance in ${name}`,
    making: (name) => `make an instance in ${name}`,

    async make(name, order, abortSignal) {
      requireDrillName(name);
      const { make, beside } = order;
      await client.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: name,
          DBClusterIdentifier: name,
          Engine: make.engine,
          DBInstanceClass: beside.class,
          DBParameterGroupName: beside.parameterGroup,
          PubliclyAccessible: false,
          AutoMinorVersionUpgrade: false,
          Tags: drillTags(order),
        }),
        { abortSignal },
      );
    },
  };
}

/** Reads an instance, whose ever it is; undefined where it is not there. */
export async function readInstance(
  client: RDSClient,
  identifier: string,
  abortSignal: AbortSignal,
): Promise<SeenDatabase | undefined> {
  try {
    const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier });
    const it = (await client.send(asked, { abortSignal })).DBInstances?.[0];
    return it === undefined ? undefined : seen(it);
  } catch (error) {
    if (error instanceof DBInstanceNotFoundFault) return undefined;
    throw error;
  }
}

function anyInstance(client: RDSClient): Pick<DrillPart, "kind" | "find" | "left" | "remove"> {
  return {
    kind: "instance",

    find: (identifier, signal) => readInstance(client, identifier, signal),

    async left(stack, abortSignal) {
      const found: SeenDatabase[] = [];
      for await (const { DBInstances = [] } of paginateDescribeDBInstances({ client }, {}, { abortSignal })) {
        found.push(...DBInstances.map(seen).filter((it) => isDrill(it, stack)));
      }
      return found;
    },

    async remove(name, abortSignal) {
      requireDrillName(name);
      const asked = { DBInstanceIdentifier: name, SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
      await client.send(new DeleteDBInstanceCommand(asked), { abortSignal });
    },
  };
}

function seen(it: DBInstance): SeenDatabase {
  return {
    kind: "instance",
    identifier: it.DBInstanceIdentifier ?? "",
    class: it.DBInstanceClass,
    status: it.DBInstanceStatus ?? "unknown",
    engine: it.Engine ?? "unknown",
    version: it.EngineVersion ?? "unknown",
    storage: it.AllocatedStorage ?? 0,
    encrypted: it.StorageEncrypted ?? false,
    host: it.Endpoint?.Address,
    port: it.Endpoint?.Port,
    database: it.DBName,
    // What AWS does not say is not taken for safe.
    public: it.PubliclyAccessible ?? true,
    severalZones: it.MultiAZ ?? true,
    deletionProtected: it.DeletionProtection ?? true,
    backups: it.BackupRetentionPeriod,
    leastBackups: 0,
    subnetGroup: it.DBSubnetGroup?.DBSubnetGroupName,
    parameterGroup: it.DBParameterGroups?.[0]?.DBParameterGroupName,
    securityGroups: (it.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId = "" }) => VpcSecurityGroupId),
    cluster: undefined,
    drill: drillOf(it.TagList),
    madeAt: it.InstanceCreateTime?.toISOString(),
  };
}
