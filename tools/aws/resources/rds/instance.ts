import {
  CreateDBInstanceCommand,
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";
import { tagArn } from "./tagArn.ts";

// An instance that is made new, and whose password RDS keeps: none may pass through a program.
const inputs = z.strictObject({
  identifier: z
    .string()
    .regex(
      /^[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)$/,
      "must be small letters, digits and single hyphens, beginning with a letter",
    ),
  engine: z.string(),
  engineVersion: z.string().optional(),
  instanceClass: z.string(),
  dbName: z.string().optional(),
  username: z.string(),
  manageMasterUserPassword: z.literal(true, "must be true: the stand-in passes no passwords on"),
  port: z.number().int().optional(),
  allocatedStorage: z.number().int(),
  maxAllocatedStorage: z.number().int().optional(),
  storageType: z.string().optional(),
  storageEncrypted: z.boolean().optional(),
  kmsKeyId: z.string().optional(),
  multiAz: z.boolean().optional(),
  publiclyAccessible: z.boolean().default(false),
  dbSubnetGroupName: z.string().optional(),
  vpcSecurityGroupIds: z.array(z.string()).optional(),
  parameterGroupName: z.string().optional(),
  backupRetentionPeriod: z.number().int().min(0).max(35).optional(),
  copyTagsToSnapshot: z.boolean().default(false),
  deleteAutomatedBackups: z.boolean().default(true),
  skipFinalSnapshot: z.boolean().default(false),
  finalSnapshotIdentifier: z.string().optional(),
  deletionProtection: z.boolean().optional(),
  autoMinorVersionUpgrade: z.boolean().default(true),
  applyImmediately: z.boolean().optional(),
  enabledCloudwatchLogsExports: z.array(z.string()).optional(),
  performanceInsightsEnabled: z.boolean().default(false),
  performanceInsightsRetentionPeriod: z.number().int().optional(),
});
type Inputs = z.infer<typeof inputs>;
const gone = ["DBInstanceNotFoundFault", "DBInstanceNotFound"];
const changingMs = 80 * 60_000;
const removingMs = 60 * 60_000;

export const instance = kind<Inputs>({
  inputs,
  replaceOn: ["identifier", "engine", "dbName", "username", "storageEncrypted", "kmsKeyId"],
  computed: [
    "engineVersion",
    "port",
    "maxAllocatedStorage",
    "storageType",
    "kmsKeyId",
    "multiAz",
    "dbSubnetGroupName",
    "vpcSecurityGroupIds",
    "parameterGroupName",
    "backupRetentionPeriod",
    "dbName",
    "performanceInsightsRetentionPeriod",
  ],
  // The first four are the plugin's own; what moto does not tell of Performance Insights, docs/aws-simulation.md says.
  untold: [
    "skipFinalSnapshot",
    "finalSnapshotIdentifier",
    "deleteAutomatedBackups",
    "applyImmediately",
    "performanceInsightsEnabled",
    "performanceInsightsRetentionPeriod",
  ],
  autoName: { property: "identifier", longest: 63 },
  tag: async (step, _id, put, remove, state) => await tagArn(step, String(state.arn), put, remove),
  same(property, state, wanted) {
    // A major version means every minor one of it, and RDS gives storage and takes none back.
    if (property === "engineVersion") return String(state).startsWith(`${wanted}.`);
    return property === "allocatedStorage" && Number(state) > Number(wanted);
  },
  check: ({ skipFinalSnapshot, finalSnapshotIdentifier }): Record<string, string> =>
    !skipFinalSnapshot && finalSnapshotIdentifier === undefined
      ? { finalSnapshotIdentifier: "is needed unless skipFinalSnapshot is true" }
      : {},
  async create({ aws, tags }, news) {
    const request = new CreateDBInstanceCommand({
      ...changeable(news),
      DBInstanceIdentifier: news.identifier,
      DBInstanceClass: news.instanceClass,
      Engine: news.engine,
      DBName: news.dbName,
      MasterUsername: news.username,
      ManageMasterUserPassword: true,
      Port: news.port,
      StorageEncrypted: news.storageEncrypted,
      KmsKeyId: news.kmsKeyId,
      EnableCloudwatchLogsExports: news.enabledCloudwatchLogsExports,
      Tags: tagList(tags),
    });
    await aws.client(RDSClient).send(request);
    return news.identifier;
  },
  async settle(step, id) {
    await step.aws.until(`the instance ${id} to be available`, step.timeoutMs ?? changingMs, async (see) => {
      const now = (await find(step, id))?.DBInstanceStatus;
      if (/^(failed|incompatible-)/.test(now ?? "")) throw new Error(`The instance ${id} is ${now}.`);
      see(now ?? "gone");
      return now === "available" ? true : undefined;
    });
  },
  async read(step, id) {
    const found = await find(step, id);
    return found === undefined ? undefined : told(found);
  },
  async update({ aws }, id, news, state) {
    const wanted = news.enabledCloudwatchLogsExports ?? [];
    const has = z.array(z.string()).parse(state.enabledCloudwatchLogsExports ?? []);
    const exports = {
      EnableLogTypes: wanted.filter((it) => !has.includes(it)),
      DisableLogTypes: has.filter((it) => !wanted.includes(it)),
    };
    const changed = [...exports.EnableLogTypes, ...exports.DisableLogTypes].length > 0;
    const request = new ModifyDBInstanceCommand({
      ...changeable(news),
      // What grew by itself stays.
      AllocatedStorage: Math.max(news.allocatedStorage, Number(state.allocatedStorage ?? 0)),
      EngineVersion: instance.same?.("engineVersion", state.engineVersion, news.engineVersion)
        ? undefined
        : news.engineVersion,
      DBInstanceIdentifier: id,
      DBInstanceClass: news.instanceClass,
      DBPortNumber: news.port,
      ApplyImmediately: news.applyImmediately ?? false,
      ...(changed ? { CloudwatchLogsExportConfiguration: exports } : {}),
    });
    await aws.client(RDSClient).send(request);
  },
  async delete(step, id, state) {
    const kept = state.skipFinalSnapshot === true ? undefined : String(state.finalSnapshotIdentifier);
    const request = new DeleteDBInstanceCommand({
      DBInstanceIdentifier: id,
      SkipFinalSnapshot: kept === undefined,
      FinalDBSnapshotIdentifier: kept,
      DeleteAutomatedBackups: state.deleteAutomatedBackups !== false,
    });
    await orGone(step.aws.client(RDSClient).send(request), ...gone);
    await step.aws.until(`the instance ${id} to be gone`, step.timeoutMs ?? removingMs, async (see) => {
      const now = await find(step, id);
      see(String(now?.DBInstanceStatus));
      return now === undefined ? true : undefined;
    });
  },
});

/** What is said alike when an instance is made and when it is changed. */
function changeable(it: Inputs) {
  return {
    EngineVersion: it.engineVersion,
    AllocatedStorage: it.allocatedStorage,
    MaxAllocatedStorage: it.maxAllocatedStorage,
    StorageType: it.storageType,
    MultiAZ: it.multiAz,
    PubliclyAccessible: it.publiclyAccessible,
    DBSubnetGroupName: it.dbSubnetGroupName,
    VpcSecurityGroupIds: it.vpcSecurityGroupIds,
    DBParameterGroupName: it.parameterGroupName,
    BackupRetentionPeriod: it.backupRetentionPeriod,
    CopyTagsToSnapshot: it.copyTagsToSnapshot,
    DeletionProtection: it.deletionProtection,
    AutoMinorVersionUpgrade: it.autoMinorVersionUpgrade,
    EnablePerformanceInsights: it.performanceInsightsEnabled,
    PerformanceInsightsRetentionPeriod: it.performanceInsightsRetentionPeriod,
  };
}

function told(found: DBInstance) {
  const secret = found.MasterUserSecret;
  return {
    arn: found.DBInstanceArn,
    identifier: found.DBInstanceIdentifier,
    resourceId: found.DbiResourceId,
    address: found.Endpoint?.Address,
    endpoint: `${found.Endpoint?.Address}:${found.Endpoint?.Port}`,
    hostedZoneId: found.Endpoint?.HostedZoneId,
    status: found.DBInstanceStatus,
    engine: found.Engine,
    engineVersion: found.EngineVersion,
    engineVersionActual: found.EngineVersion,
    instanceClass: found.DBInstanceClass,
    dbName: found.DBName,
    username: found.MasterUsername,
    manageMasterUserPassword: secret !== undefined,
    masterUserSecrets:
      secret === undefined
        ? []
        : [{ secretArn: secret.SecretArn, kmsKeyId: secret.KmsKeyId, secretStatus: secret.SecretStatus }],
    port: found.Endpoint?.Port,
    allocatedStorage: found.AllocatedStorage,
    maxAllocatedStorage: found.MaxAllocatedStorage,
    storageType: found.StorageType,
    storageEncrypted: found.StorageEncrypted,
    kmsKeyId: found.KmsKeyId,
    availabilityZone: found.AvailabilityZone,
    multiAz: found.MultiAZ,
    publiclyAccessible: found.PubliclyAccessible,
    dbSubnetGroupName: found.DBSubnetGroup?.DBSubnetGroupName,
    vpcSecurityGroupIds: found.VpcSecurityGroups?.map((it) => it.VpcSecurityGroupId),
    parameterGroupName: found.DBParameterGroups?.[0]?.DBParameterGroupName,
    backupRetentionPeriod: found.BackupRetentionPeriod,
    copyTagsToSnapshot: found.CopyTagsToSnapshot,
    deletionProtection: found.DeletionProtection,
    autoMinorVersionUpgrade: found.AutoMinorVersionUpgrade,
    enabledCloudwatchLogsExports: found.EnabledCloudwatchLogsExports,
    tagsAll: tagBag(found.TagList),
  };
}

async function find({ aws }: Step, id: string): Promise<DBInstance | undefined> {
  const request = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id });
  return (await orGone(aws.client(RDSClient).send(request), ...gone))?.DBInstances?.[0];
}
