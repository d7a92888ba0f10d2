import {
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  CreateDBSubnetGroupCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { DatabaseKind } from "../../../provider/aws/databaseKind.ts";
import { leftByDrills } from "../../../provider/aws/drill/drilled.ts";
import { rdsDrills } from "../../../provider/aws/drill/rdsDrills.ts";
import type { SimulatorSettings } from "../../../tools/aws/simulator/simulator.ts";
import { credentials, World } from "../../tools/aws/world.ts";

/** What both kinds of database of {@link DrillShop} are called; their snapshots are both called `before-v2-prod`. */
export const originals = { instance: "shop-production", cluster: "shop-cluster" } as const;
export const [snapshot, drill] = ["before-v2-prod", "drill-before-v2-prod"];

const owner = { MasterUsername: "shop", MasterUserPassword: "only for this test" };
const Tags = [{ Key: "greenlight:stack", Value: "prod" }];

/** A simulated AWS with an RDS instance and an Aurora cluster, a snapshot of each, and the SDK pointed at it. */
export class DrillShop {
  readonly world: World;
  readonly rds: RDSClient;
  readonly groups: string[];

  private constructor(world: World, groups: string[]) {
    this.world = world;
    this.rds = new RDSClient(world.client);
    this.groups = groups;
  }

  static async start(settings: Pick<SimulatorSettings, "images"> = {}): Promise<DrillShop> {
    const world = await World.start({ speed: 50, ...settings });
    process.env.AWS_ENDPOINT_URL = world.endpoint;
    process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
    const { vpcId, subnets } = await world.network();
    const inputs = { name: "db", vpcId, description: "of the db" };
    const shop = new DrillShop(world, [(await world.make("aws:ec2/securityGroup:SecurityGroup", inputs)).id]);
    const inside = { DBSubnetGroupName: "inside", DBSubnetGroupDescription: "inside", SubnetIds: subnets };
    await shop.rds.send(new CreateDBSubnetGroupCommand(inside));
    await shop.#instance();
    await shop.#cluster();
    return shop;
  }

  async #instance(): Promise<void> {
    const DBInstanceIdentifier = originals.instance;
    await this.rds.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier, DBName: "shop", Engine: "postgres", EngineVersion: "16.3", AllocatedStorage: 20 },
        ...{ DBInstanceClass: "db.t4g.medium", StorageEncrypted: true, DBSubnetGroupName: "inside" },
        ...{ VpcSecurityGroupIds: this.groups, ...owner },
        // What a drill must not take over.
        ...{ MultiAZ: true, DeletionProtection: true, PubliclyAccessible: true, BackupRetentionPeriod: 7 },
      }),
    );
    const asked = { DBInstanceIdentifier, DBSnapshotIdentifier: snapshot, Tags };
    await this.rds.send(new CreateDBSnapshotCommand(asked));
  }

  async #cluster(): Promise<void> {
    const [DBClusterIdentifier, Engine] = [originals.cluster, "aurora-postgresql"];
    await this.rds.send(
      new CreateDBClusterCommand({
        ...{ DBClusterIdentifier, DatabaseName: "shop", Engine, EngineVersion: "16.3", StorageEncrypted: true },
        ...{ DBSubnetGroupName: "inside", DBClusterParameterGroupName: "shop-aurora", ...owner },
        ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
        VpcSecurityGroupIds: this.groups,
        // What a drill must not take over.
        ...{ DeletionProtection: true, BackupRetentionPeriod: 7 },
      }),
    );
    for (const [name, DBInstanceClass] of [
      ["writer", "db.serverless"],
      ["reader", "db.r6g.large"],
    ]) {
      const DBInstanceIdentifier = `${DBClusterIdentifier}-${name}`;
      const asked = { DBInstanceIdentifier, DBClusterIdentifier, Engine, DBInstanceClass, PubliclyAccessible: true };
      await this.rds.send(new CreateDBInstanceCommand(asked));
    }
    const asked = { DBClusterIdentifier, DBClusterSnapshotIdentifier: snapshot, Tags };
    await this.rds.send(new CreateDBClusterSnapshotCommand(asked));
  }

  async stop(): Promise<void> {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
    this.rds.destroy();
    await this.world.stop();
  }

  api(kind: DatabaseKind) {
    return rdsDrills(this.rds, kind);
  }

  /** What is there beside what the shop began with, such as `cluster drill-before-v2-prod`. */
  async made(): Promise<string[]> {
    const { DBClusters: clusters = [] } = await this.rds.send(new DescribeDBClustersCommand({}));
    const { DBInstances: instances = [] } = await this.rds.send(new DescribeDBInstancesCommand({}));
    return [
      ...clusters.map((it) => `cluster ${it.DBClusterIdentifier}`),
      ...instances.map((it) => `instance ${it.DBInstanceIdentifier}`),
    ].filter((it) => !/ shop-/.test(it));
  }

  /** A database of the shop as RDS describes it, without what moves by itself. */
  async original(kind: DatabaseKind): Promise<object> {
    if (kind === "instance") {
      const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: originals.instance });
      const [{ LatestRestorableTime: _, ...it } = {}] = (await this.rds.send(asked)).DBInstances ?? [];
      return it;
    }
    const asked = new DescribeDBClustersCommand({ DBClusterIdentifier: originals.cluster });
    const [{ LatestRestorableTime: _, ...it } = {}] = (await this.rds.send(asked)).DBClusters ?? [];
    return it;
  }

  /** All goes well again, and nothing is there that a test left: nothing of it is counted on. */
  async clear(): Promise<void> {
    this.world.simulator.faults.clear();
    this.world.simulator.restores.order("available");
    const { signal } = new AbortController();
    const api = this.api("cluster");
    for (const { identifier } of await leftByDrills(api, "prod", signal)) {
      for (const part of api.parts.toReversed()) {
        if ((await part.find(identifier, signal)) !== undefined) await part.remove(identifier, signal);
      }
    }
  }
}
