import {
  CreateDBClusterSnapshotCommand,
  CreateDBSnapshotCommand,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";
import { tagArn } from "./tagArn.ts";

const identifier = z
  .string()
  .regex(
    /^[a-z](?!.*--)[a-z0-9-]{0,254}(?<!-)$/i,
    "must be letters, digits and single hyphens, beginning with a letter",
  );
const ofInstance = z.strictObject({ dbInstanceIdentifier: z.string(), dbSnapshotIdentifier: identifier });
const ofCluster = z.strictObject({ dbClusterIdentifier: z.string(), dbClusterSnapshotIdentifier: identifier });
const snapshotTimeoutMs = 20 * 60_000;

export const snapshot = kind<z.infer<typeof ofInstance>>({
  inputs: ofInstance,
  replaceOn: ["dbInstanceIdentifier", "dbSnapshotIdentifier"],
  autoName: { property: "dbSnapshotIdentifier", longest: 255 },
  tag: async (step, _id, put, remove, state) => await tagArn(step, String(state.dbSnapshotArn), put, remove),
  async create({ aws, tags }, { dbInstanceIdentifier, dbSnapshotIdentifier }) {
    const named = { DBInstanceIdentifier: dbInstanceIdentifier, DBSnapshotIdentifier: dbSnapshotIdentifier };
    await aws.client(RDSClient).send(new CreateDBSnapshotCommand({ ...named, Tags: tagList(tags) }));
    return dbSnapshotIdentifier;
  },
  async settle(step, id) {
    await available(step, id, async () => (await find(step, id))?.Status);
  },
  async read(step, id) {
    const found = await find(step, id);
    if (found === undefined) return undefined;
    return {
      dbSnapshotArn: found.DBSnapshotArn,
      dbSnapshotIdentifier: found.DBSnapshotIdentifier,
      dbInstanceIdentifier: found.DBInstanceIdentifier,
      allocatedStorage: found.AllocatedStorage,
      encrypted: found.Encrypted,
      engine: found.Engine,
      engineVersion: found.EngineVersion,
      kmsKeyId: found.KmsKeyId,
      port: found.Port,
      snapshotType: found.SnapshotType,
      status: found.Status,
      vpcId: found.VpcId,
      tagsAll: tagBag(found.TagList),
    };
  },
  async delete({ aws }, id) {
    await orGone(aws.client(RDSClient).send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id })), ...gone);
  },
});

export const clusterSnapshot = kind<z.infer<typeof ofCluster>>({
  inputs: ofCluster,
  replaceOn: ["dbClusterIdentifier", "dbClusterSnapshotIdentifier"],
  autoName: { property: "dbClusterSnapshotIdentifier", longest: 255 },
  tag: async (step, _id, put, remove, state) => await tagArn(step, String(state.dbClusterSnapshotArn), put, remove),
  async create({ aws, tags }, { dbClusterIdentifier, dbClusterSnapshotIdentifier }) {
    const named = {
      DBClusterIdentifier: dbClusterIdentifier,
      DBClusterSnapshotIdentifier: dbClusterSnapshotIdentifier,
    };
    await aws.client(RDSClient).send(new CreateDBClusterSnapshotCommand({ ...named, Tags: tagList(tags) }));
    return dbClusterSnapshotIdentifier;
  },
  async settle(step, id) {
    await available(step, id, async () => (await findOfCluster(step, id))?.Status);
  },
  async read(step, id) {
    const found = await findOfCluster(step, id);
    if (found === undefined) return undefined;
    return {
      dbClusterSnapshotArn: found.DBClusterSnapshotArn,
      dbClusterSnapshotIdentifier: found.DBClusterSnapshotIdentifier,
      dbClusterIdentifier: found.DBClusterIdentifier,
      allocatedStorage: found.AllocatedStorage,
      engine: found.Engine,
      engineVersion: found.EngineVersion,
      kmsKeyId: found.KmsKeyId,
      port: found.Port,
      snapshotType: found.SnapshotType,
      status: found.Status,
      storageEncrypted: found.StorageEncrypted,
      vpcId: found.VpcId,
      tagsAll: tagBag(found.TagList),
    };
  },
  async delete({ aws }, id) {
    const request = new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: id });
    await orGone(aws.client(RDSClient).send(request), ...gone);
  },
});

const gone = [
  "DBSnapshotNotFoundFault",
  "DBSnapshotNotFound",
  "DBClusterSnapshotNotFoundFault",
  "DBClusterSnapshotNotFound",
];

async function find({ aws }: Step, id: string) {
  const request = new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id });
  return (await orGone(aws.client(RDSClient).send(request), ...gone))?.DBSnapshots?.[0];
}

async function findOfCluster({ aws }: Step, id: string) {
  const request = new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: id });
  return (await orGone(aws.client(RDSClient).send(request), ...gone))?.DBClusterSnapshots?.[0];
}

async function available(step: Step, id: string, status: () => Promise<string | undefined>): Promise<void> {
  await step.aws.until(`the snapshot ${id} to be available`, step.timeoutMs ?? snapshotTimeoutMs, async (see) => {
    const now = await status();
    if (now === "failed") throw new Error(`The snapshot ${id} failed.`);
    see(now ?? "gone");
    return now === "available" ? true : undefined;
  });
}
