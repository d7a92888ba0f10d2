import {
  type DBInstance,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  type RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import type { DatabaseMake, DatabasePlace } from "../../../release/restoreDrill.ts";
import { drillPrefix } from "./drillPrefix.ts";

/** Tag of such an instance: the snapshot that it was made from. */
const drillTag = "greenlight:drill";
const stackTag = "greenlight:stack";

/** An RDS instance as AWS tells it. */
export interface SeenInstance extends DatabaseMake, DatabasePlace {
  readonly identifier: string;
  readonly class: string | undefined;
  readonly parameterGroup: string | undefined;
  readonly port: number | undefined;
  /** Name of the database that it was made with. */
  readonly database: string | undefined;
  /** Where a drill made it: which stack's, from which snapshot. */
  readonly drill: { readonly stack: string; readonly snapshot: string } | undefined;
  /** ISO time; undefined while it is being made. */
  readonly madeAt: string | undefined;
}

/** What a drill asks of RDS. It changes nothing but instances whose names begin with {@link drillPrefix}. */
export function rdsDrills(client: RDSClient) {
  return {
    /** What a snapshot of an instance holds; undefined where it is not there. */
    async make(identifier: string, abortSignal: AbortSignal): Promise<DatabaseMake | undefined> {
      const asked = new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: identifier });
      const it = (await client.send(asked, { abortSignal })).DBSnapshots?.[0];
      return it === undefined
        ? undefined
        : {
            engine: it.Engine ?? "unknown",
            version: it.EngineVersion ?? "unknown",
            storage: it.AllocatedStorage ?? 0,
            encrypted: it.Encrypted ?? false,
          };
    },

    async instance(identifier: string, abortSignal: AbortSignal): Promise<SeenInstance | undefined> {
      try {
        const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier });
        const it = (await client.send(asked, { abortSignal })).DBInstances?.[0];
        return it === undefined ? undefined : seen(it);
      } catch (error) {
        if (error instanceof DBInstanceNotFoundFault) return undefined;
        throw error;
      }
    },

    /** Instances that drills of this stack left, of every page. */
    async left(stack: string, abortSignal: AbortSignal): Promise<SeenInstance[]> {
      const found: SeenInstance[] = [];
      let Marker: string | undefined;
      do {
        const asked = new DescribeDBInstancesCommand(Marker === undefined ? {} : { Marker });
        const answer = await client.send(asked, { abortSignal });
        found.push(...(answer.DBInstances ?? []).map(seen).filter((it) => isDrill(it, stack)));
        Marker = answer.Marker;
      } while (Marker !== undefined && Marker !== "");
      return found;
    },

    /** Asks for an instance of its own, where the snapshot's database stands and reached by nobody else than that one. */
    async restore(
      name: string,
      { snapshot, stack, beside, tags }: RestoreOrder,
      abortSignal: AbortSignal,
    ): Promise<void> {
      requireDrillName(name);
      const own = { ...tags, [stackTag]: stack, [drillTag]: snapshot };
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
          Tags: Object.entries(own).map(([Key, Value]) => ({ Key, Value })),
        }),
        { abortSignal },
      );
    },

    /** Deletes an instance that a drill made, without a snapshot of it. */
    async remove(name: string, abortSignal: AbortSignal): Promise<void> {
      requireDrillName(name);
      const asked = { DBInstanceIdentifier: name, SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
      await client.send(new DeleteDBInstanceCommand(asked), { abortSignal });
    },
  };
}

export interface RestoreOrder {
  readonly snapshot: string;
  readonly stack: string;
  /** The instance that the snapshot is of. */
  readonly beside: SeenInstance;
  readonly tags: Readonly<Record<string, string>>;
}

/** Whether an instance is a drill's of this stack, by its name and its tags both. */
export function isDrill({ identifier, drill }: SeenInstance, stack: string): boolean {
  return identifier.startsWith(drillPrefix) && drill?.stack === stack;
}

function requireDrillName(name: string): void {
  if (!name.startsWith(drillPrefix)) throw new Error(`${name} is no instance of a drill.`);
}

function seen(it: DBInstance): SeenInstance {
  const tag = (name: string) => it.TagList?.find(({ Key }) => Key === name)?.Value;
  const [stack, snapshot] = [tag(stackTag), tag(drillTag)];
  return {
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
    subnetGroup: it.DBSubnetGroup?.DBSubnetGroupName,
    parameterGroup: it.DBParameterGroups?.[0]?.DBParameterGroupName,
    securityGroups: (it.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId = "" }) => VpcSecurityGroupId),
    drill: stack === undefined || snapshot === undefined ? undefined : { stack, snapshot },
    madeAt: it.InstanceCreateTime?.toISOString(),
  };
}
