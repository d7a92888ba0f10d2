import { changes } from "./deployerRights.ts";
import type { AwsTypes } from "./resource.ts";
import { type PolicyDocument, type PolicyStatement, policy } from "./taskPolicies.ts";

/** What only a database of the stack's own is made of. */
export const databaseTypes = [
  "aws:rds/instance:Instance",
  "aws:rds/parameterGroup:ParameterGroup",
  "aws:rds/subnetGroup:SubnetGroup",
] as const satisfies readonly (keyof AwsTypes)[];

/** A database that a stack makes. */
export interface OwnDatabase {
  readonly identifier: string;
  /** ARN of the key of its storage, where that is the team's. */
  readonly kmsKey?: string;
}

export interface DatabaseDeployment extends OwnDatabase {
  readonly arn: (service: string, resource: string, regional?: boolean) => string;
}

/** What a deployer needs to make, change and remove this one database and its groups. Its secret it may let RDS make, and not read. */
export function databaseDeployerPolicy({ arn, identifier, kmsKey }: DatabaseDeployment): PolicyDocument {
  const all = [...new Set(databaseTypes.flatMap((type) => changes[type]))].sort();
  const of = (service: string) => all.filter((it) => it.startsWith(`${service}:`));
  const rds = (...resources: string[]) => resources.map((it) => arn("rds", it));
  const role = "aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS";
  return policy(
    {
      Sid: "Database",
      Effect: "Allow",
      Action: of("rds"),
      Resource: rds(
        `db:${identifier}`,
        `subgrp:${identifier}`,
        `pg:${identifier}-postgres*`,
        `snapshot:${identifier}-final`,
        "og:default:postgres-*",
      ),
    },
    {
      // The plugin finds its instance by what RDS calls it, among all.
      Sid: "ReadDatabase",
      Effect: "Allow",
      Action: [
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeDBSubnetGroups",
        "rds:ListTagsForResource",
      ],
      Resource: rds("db:*", `subgrp:${identifier}`, `pg:${identifier}-postgres*`),
    },
    {
      // RDS names them, so that a name says whose they are and no more.
      Sid: "SecretOfRds",
      Effect: "Allow",
      Action: of("secretsmanager"),
      Resource: arn("secretsmanager", "secret:rds!db-*"),
    },
    ...(kmsKey === undefined
      ? []
      : ([
          {
            Sid: "KeyOfStorage",
            Effect: "Allow",
            Action: ["kms:CreateGrant", "kms:DescribeKey"],
            Resource: kmsKey,
          },
        ] satisfies PolicyStatement[])),
    {
      // The first database of an account makes it.
      Sid: "RoleOfRds",
      Effect: "Allow",
      Action: "iam:CreateServiceLinkedRole",
      Resource: arn("iam", `role/${role}`, false),
      Condition: { StringEquals: { "iam:AWSServiceName": "rds.amazonaws.com" } },
    },
  );
}
