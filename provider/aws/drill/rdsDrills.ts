import { DescribeDBClusterSnapshotsCommand, DescribeDBSnapshotsCommand, type RDSClient } from "@aws-sdk/client-rds";
import type { DatabaseKind } from "../databaseKind.ts";
import { restoredCluster } from "./clusterPart.ts";
import { type Drills, wholeOf } from "./drilled.ts";
import { instanceInCluster, readInstance, restoredInstance } from "./instanceParts.ts";

/** What a drill asks of RDS: of an instance, or of an Aurora cluster. */
export function rdsDrills(client: RDSClient, kind: DatabaseKind): Drills {
  return kind === "instance" ? instanceDrills(client) : clusterDrills(client);
}

function instanceDrills(client: RDSClient): Drills {
  return {
    kind: "instance",
    parts: [restoredInstance(client)],

    async make(identifier, abortSignal) {
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

    original: (identifier, signal) => readInstance(client, identifier, signal),

    unfit: () => undefined,
  };
}

function clusterDrills(client: RDSClient): Drills {
  const cluster = restoredCluster(client);
  return {
    kind: "cluster",
    parts: [cluster, instanceInCluster(client)],

    async make(identifier, abortSignal) {
      const asked = new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: identifier });
      const it = (await client.send(asked, { abortSignal })).DBClusterSnapshots?.[0];
      return it === undefined
        ? undefined
        : {
            engine: it.Engine ?? "unknown",
            version: it.EngineVersion ?? "unknown",
            storage: null,
            encrypted: it.StorageEncrypted ?? false,
          };
    },

    async original(identifier, signal) {
      const it = await cluster.find(identifier, signal);
      const writer =
        it?.cluster?.writer === undefined ? undefined : await readInstance(client, it.cluster.writer, signal);
      return wholeOf([it, writer].filter((part) => part !== undefined));
    },

    unfit({ engine, cluster: { mode, writer } = { mode: "unknown", writer: undefined } }) {
      if (!engine.startsWith("aurora")) return `is a cluster of ${engine}, and of clusters only Aurora's are drilled`;
      if (mode !== "provisioned") {
        return `has the engine mode ${mode}, and only provisioned clusters are drilled, with Serverless v2 or without`;
      }
      return writer === undefined ? "has no instance that writes, so nobody knows what one needs" : undefined;
    },
  };
}
