import { z } from "zod";
import * as pulumi from "../pulumi.ts";
import type { DatabaseAccess } from "./databaseAccess.ts";
import { ownDatabase } from "./databaseSource.ts";
import { AwsResource } from "./resource.ts";

export interface DatabaseArgs {
  stack: string;
  /** Private ones, in two zones or more. */
  subnets: pulumi.Input<string>[];
  securityGroup: pulumi.Input<string>;
  port: number;
  /** Name of the database in it. */
  name: string;
  /** Major version of PostgreSQL. */
  version: number;
  class: string;
  /** GiB to begin with, and to which RDS may grow it. */
  storage: number;
  mostStorage: number;
  /** Whether a standby waits in another zone. */
  multiAz: boolean;
  /** ARN of the key of its storage. Left out, the one that AWS keeps for RDS. */
  kmsKey?: string;
  /** Days of RDS's own backups. */
  backups: number;
}

/** What RDS tells of the secret that it keeps. */
const keptSecrets = z.tuple([z.looseObject({ secretArn: z.string() })]);

/**
 * A database of the stack's own: PostgreSQL in private subnets, encrypted, asked for TLS, backed up, and kept from being removed by the
 * engine as by RDS. RDS makes and changes the password of its user; nobody else ever has it.
 */
export class Database extends pulumi.ComponentResource implements DatabaseAccess {
  readonly identifier: string;
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly name: string;
  /** ARN. */
  readonly secret: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Database", name, { version: args.version, class: args.class, multiAz: args.multiAz }, opts);
    const { stack, port, version } = args;
    const own = { parent: this };
    this.identifier = ownDatabase(stack);
    this.port = port;
    this.name = args.name;
    const subnets = new AwsResource(
      "aws:rds/subnetGroup:SubnetGroup",
      name,
      { name: this.identifier, description: `Database of ${stack}`, subnetIds: args.subnets },
      own,
      ["name"],
    );
    const family = `postgres${version}`;
    const parameters = new AwsResource(
      "aws:rds/parameterGroup:ParameterGroup",
      name,
      {
        // Another version is another family, whose group is made before this one goes.
        name: `${this.identifier}-${family}`,
        description: `Database of ${stack}`,
        family,
        parameters: [{ name: "rds.force_ssl", value: "1", applyMethod: "immediate" }],
      },
      own,
      ["name"],
    );
    const instance = new AwsResource(
      "aws:rds/instance:Instance",
      name,
      {
        identifier: this.identifier,
        engine: "postgres",
        engineVersion: String(version),
        instanceClass: args.class,
        dbName: args.name,
        username: "app",
        manageMasterUserPassword: true,
        port,
        allocatedStorage: args.storage,
        maxAllocatedStorage: args.mostStorage,
        storageType: "gp3",
        storageEncrypted: true,
        ...(args.kmsKey === undefined ? {} : { kmsKeyId: args.kmsKey }),
        multiAz: args.multiAz,
        publiclyAccessible: false,
        dbSubnetGroupName: subnets.out("name"),
        vpcSecurityGroupIds: [args.securityGroup],
        parameterGroupName: parameters.out("name"),
        backupRetentionPeriod: args.backups,
        copyTagsToSnapshot: true,
        // They are a way back, also from a teardown.
        deleteAutomatedBackups: false,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: `${this.identifier}-final`,
        deletionProtection: true,
        autoMinorVersionUpgrade: true,
        // What an update says was done is done then, and not in the next maintenance window.
        applyImmediately: true,
        enabledCloudwatchLogsExports: ["postgresql"],
        // Seven days of it cost nothing.
        performanceInsightsEnabled: true,
        performanceInsightsRetentionPeriod: 7,
      },
      { ...own, protect: true },
      ["address", "masterUserSecrets"],
    );
    this.host = instance.out("address");
    this.secret = instance.told("masterUserSecrets").apply((told) => keptSecrets.parse(told)[0].secretArn);
    this.registerOutputs({ host: this.host, secret: this.secret });
  }
}
