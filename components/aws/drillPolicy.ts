import type { DatabaseKind } from "../../provider/aws/databaseKind.ts";
import { drillPrefix } from "../../provider/aws/drill/drillPrefix.ts";
import { type PolicyDocument, policy } from "./taskPolicies.ts";

const drills = { instance: `db:${drillPrefix}*`, cluster: `cluster:${drillPrefix}*` } as const;

/** What is asked of RDS for a kind, of what, besides a drill's own. */
const rights = {
  instance: {
    // What drills left is found among all instances.
    find: { Action: "rds:DescribeDBInstances", all: ["db:*"] },
    restore: { Action: "rds:RestoreDBInstanceFromDBSnapshot", from: ["snapshot:before-*", "subgrp:*", "pg:*", "og:*"] },
    remove: { Action: "rds:DeleteDBInstance", own: [drills.instance] },
  },
  cluster: {
    find: { Action: ["rds:DescribeDBClusters", "rds:DescribeDBInstances"], all: ["cluster:*", "db:*"] },
    restore: {
      Action: "rds:RestoreDBClusterFromSnapshot",
      from: ["cluster-snapshot:before-*", "subgrp:*", "cluster-pg:*", "og:*"],
    },
    remove: { Action: ["rds:DeleteDBCluster", "rds:DeleteDBInstance"], own: [drills.cluster, drills.instance] },
  },
} as const;

/**
 * What only a restore drill needs: a database from the stack's snapshots, under a drill's name and with the stack's tag, and its end. In a
 * cluster an instance is made.
 */
export function drillPolicy(
  arn: (service: string, resource: string) => string,
  stack: string,
  kind: DatabaseKind,
): PolicyDocument {
  const { find, restore, remove } = rights[kind];
  const rds = (resources: readonly string[]) => {
    const [first = "", ...more] = resources.map((it) => arn("rds", it));
    return more.length === 0 ? first : [first, ...more];
  };
  const requested = { StringEquals: { "aws:RequestTag/greenlight:stack": stack } };
  return policy(
    { Sid: "FindDrills", Effect: "Allow", Action: find.Action, Resource: rds(find.all) },
    {
      Sid: "RestoreSnapshots",
      Effect: "Allow",
      Action: ["rds:AddTagsToResource", restore.Action],
      Resource: rds([drills[kind], ...restore.from]),
      Condition: requested,
    },
    ...(kind === "instance"
      ? []
      : [
          {
            Sid: "MakeInstances",
            Effect: "Allow" as const,
            Action: ["rds:AddTagsToResource", "rds:CreateDBInstance"],
            Resource: rds([drills.instance, drills.cluster, "subgrp:*", "pg:*", "og:*"]),
            Condition: requested,
          },
        ]),
    {
      Sid: "RemoveDrills",
      Effect: "Allow",
      Action: remove.Action,
      Resource: rds(remove.own),
      Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": stack } },
    },
  );
}
