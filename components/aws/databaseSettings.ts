import { migrationSettings } from "../../project/migrationSettings.ts";
import { databaseName, duration, flag, group, port, text, whole } from "../../project/settingKinds.ts";
import { arn, securityGroup } from "./settingKinds.ts";

const identifier = () => text("an identifier such as shop-production", /^[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)$/);

const create = group(
  {
    name: databaseName().default("app").describe("Name of the database in it. It cannot be changed later."),
    version: whole(14, 18)
      .default(17)
      .describe("Major version of PostgreSQL; minor ones come by themselves in the maintenance window."),
    class: text("a class of instances such as db.t4g.medium", /^db(\.[a-z0-9-]{1,20}){2}$/)
      .default("db.t4g.medium")
      .describe("Size of the instance. Another one is made at once, with a failover."),
    storage: whole(20, 65_536).default(20).describe("Storage to begin with, in GiB (gp3)."),
    mostStorage: whole(22, 65_536)
      .default(100)
      .describe("Storage that RDS may add to by itself up to this, in GiB; at least 10 % more than `storage`."),
    multiAz: flag()
      .default(true)
      .describe(
        "Whether a standby in another zone takes over when the first one fails. Without it a failure is an outage.",
      ),
    kmsKey: arn("kms", /key\/([0-9a-f-]{36}|mrk-[0-9a-f]{32})/, "a KMS key")
      .optional()
      .describe(
        "Key that its storage is encrypted with. Left out, the one that AWS keeps for RDS. It cannot be changed later.",
      ),
    backups: whole(7, 35)
      .default(14)
      .describe("Days for which RDS keeps its own daily backups, to any second of which it can be restored."),
  },
  "{ class: db.t4g.medium }",
);

/** The services' database, there already or made; the group `greenlight:aws.database`. */
export const database = group(
  {
    instance: identifier().optional().describe("Identifier of an RDS instance. Either this, `cluster` or `create`."),
    cluster: identifier().optional().describe("Identifier of an Aurora cluster. Either this, `instance` or `create`."),
    create: create
      .optional()
      .describe("An RDS instance with PostgreSQL of the stack's own. Either this, `instance` or `cluster`."),
    securityGroup: securityGroup()
      .optional()
      .describe(
        "Security group of `instance` or `cluster`, which need it: the services are let in on `port`. With `create` the stack makes one.",
      ),
    port: port().default(5432).describe("Port of the database."),
    snapshotDeadline: duration("60m", 60_000).describe("How long the snapshot before a migration may take."),
    keep: whole(1, 100)
      .optional()
      .describe(
        "Snapshots of the stack that stay after a switch, beside those of versions that are deployed. Left out, all.",
      ),
    migration: migrationSettings({}),
  },
  "{ instance: shop-production, securityGroup: sg-… }",
)
  .refine(
    (it) => [it.instance, it.cluster, it.create].filter((way) => way !== undefined).length === 1,
    "exactly one of instance, cluster and create",
  )
  .meta({ expected: "one of instance, cluster and create" });
