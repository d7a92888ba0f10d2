import { drillPrefix } from "../../provider/aws/drill/drillPrefix.ts";
import { type PolicyDocument, policy } from "./taskPolicies.ts";

/** What only a restore drill needs: an instance from the stack's snapshots, under a drill's name and with the stack's tag, and its end. */
export function drillPolicy(arn: (service: string, resource: string) => string, stack: string): PolicyDocument {
  const drills = arn("rds", `db:${drillPrefix}*`);
  return policy(
    {
      // What drills left is found among all instances.
      Sid: "FindDrills",
      Effect: "Allow",
      Action: "rds:DescribeDBInstances",
      Resource: arn("rds", "db:*"),
    },
    {
      Sid: "RestoreSnapshots",
      Effect: "Allow",
      Action: ["rds:AddTagsToResource", "rds:RestoreDBInstanceFromDBSnapshot"],
      Resource: [drills, ...["snapshot:before-*", "subgrp:*", "pg:*", "og:*"].map((it) => arn("rds", it))],
      Condition: { StringEquals: { "aws:RequestTag/greenlight:stack": stack } },
    },
    {
      Sid: "RemoveDrills",
      Effect: "Allow",
      Action: "rds:DeleteDBInstance",
      Resource: drills,
      Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": stack } },
    },
  );
}
