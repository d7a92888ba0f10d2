import { loadBalancerOf, partitionOf } from "./arn.ts";
import { rollbackParameter } from "./automaticRollback/automaticRollback.ts";
import { rollbackDeployerPolicy } from "./automaticRollback/deployer.ts";
import { databaseDeployerPolicy, databaseTypes, type OwnDatabase } from "./databaseDeployer.ts";
import { databaseSource, ownDatabase } from "./databaseSource.ts";
import { changes, nameless, reading } from "./deployerRights.ts";
import { drillPolicy } from "./drillPolicy.ts";
import { frontendDeployerPolicy } from "./frontend/deployer.ts";
import { edgeName } from "./frontend/edgeName.ts";
import { nameLimits, physicalName } from "./physicalName.ts";
import { namePrefix } from "./serving.ts";
import type { AwsDatabaseSettings, AwsSettings } from "./settings.ts";
import { type PolicyDocument, type PolicyStatement, policy } from "./taskPolicies.ts";
import { vpcDeployerPolicy, vpcTypes } from "./vpcDeployer.ts";

/** Whose stack a deployer may deploy. */
export interface DeployerScope {
  readonly account: string;
  readonly region: string;
  /** What every name of the stack begins with. */
  readonly prefix: string;
  /** `<name>/<id>` of a load balancer that is there already. */
  readonly loadBalancer?: string;
  /** Name of a cluster that is there already. */
  readonly cluster?: string;
  /** Whether the stack makes its network. */
  readonly network?: true;
  /** ARN of the web ACL before the load balancer. */
  readonly waf?: string;
  /** Whether the stack has a function that moves traffic back. */
  readonly rollback?: true;
  /** Whether the stack has pages behind CloudFront. */
  readonly frontend?: true;
  /** The database: `db:<identifier>` or `cluster:<identifier>`, and the security group of one that is there already. */
  readonly database?: { readonly resource: string; readonly securityGroup?: string };
  /** The database of the stack's own: its identifier, and the ARN of its key where that is the team's. */
  readonly ownDatabase?: OwnDatabase;
}

/** The scope of a stack by its settings. */
export function deployerScope(stack: string, aws: AwsSettings): DeployerScope {
  const { account, region, loadBalancer, cluster, database, rollback, frontend, network } = aws;
  const { existing, waf } = loadBalancer;
  const prefix = namePrefix(stack, aws);
  return {
    account,
    region,
    prefix,
    ...(existing === undefined ? {} : { loadBalancer: loadBalancerOf(existing.listener).replace(/^app\//, "") }),
    ...(cluster === undefined ? {} : { cluster: cluster.slice(cluster.lastIndexOf("/") + 1) }),
    ...(network?.create === undefined ? {} : { network: true }),
    ...(waf === undefined ? {} : { waf }),
    ...(rollback === undefined ? {} : { rollback: true }),
    ...(frontend === undefined ? {} : { frontend: true }),
    ...(database === undefined ? {} : databaseScope(prefix, database)),
  };
}

function databaseScope(prefix: string, database: AwsDatabaseSettings) {
  const { securityGroup, create } = database;
  const { instance, cluster } = databaseSource(prefix, database);
  const resource = instance === undefined ? `cluster:${cluster}` : `db:${instance}`;
  return {
    database: { resource, ...(securityGroup === undefined ? {} : { securityGroup }) },
    ...(create === undefined
      ? {}
      : {
          ownDatabase: {
            identifier: ownDatabase(prefix),
            ...(create.kmsKey === undefined ? {} : { kmsKey: create.kmsKey }),
          },
        }),
  };
}

export interface DeployerPolicies {
  readonly stack: PolicyDocument;
  readonly release: PolicyDocument;
  readonly network?: PolicyDocument;
  readonly database?: PolicyDocument;
  readonly rollback?: PolicyDocument;
  readonly frontend?: PolicyDocument;
  readonly drill?: PolicyDocument;
}

/** What is done to rules: their own ids, and the group of a database that is the team's, carry no tag of the stack. */
const rulesOfGroups = [
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:AuthorizeSecurityGroupEgress",
  "ec2:ModifySecurityGroupRules",
  "ec2:RevokeSecurityGroupIngress",
  "ec2:RevokeSecurityGroupEgress",
];

/** Types that a stack has only where it asks for them; their rights are no part of the rest. */
const beside: ReadonlySet<string> = new Set([
  ...vpcTypes,
  ...databaseTypes,
  "aws:wafv2/webAclAssociation:WebAclAssociation",
]);

/**
 * The policies that a deployer of a stack needs and no more: it can change what bears the stack's name, and read. Several documents, for
 * IAM takes at most 6144 characters in one; `network`, `database`, `rollback` and `frontend` only for a stack that asks for them, `drill`
 * for one with a database.
 */
export function deployerPolicies(scope: DeployerScope): DeployerPolicies {
  const { account, region, prefix, database } = scope;
  const arn = (service: string, resource: string, regional = true) =>
    `arn:${partitionOf(region)}:${service}:${regional ? region : ""}:${account}:${resource}`;
  const asked = Object.entries(changes).filter(([type]) => !beside.has(type));
  const all = [...new Set(asked.flatMap(([, actions]) => actions))].sort();
  const of = (service: string) => all.filter((it) => it.startsWith(`${service}:`) && !nameless.test(it));
  const named = (Sid: string, service: string, Resource: readonly string[]): PolicyStatement => ({
    Sid,
    Effect: "Allow",
    Action: of(service),
    Resource,
  });
  const balancer = scope.loadBalancer ?? `${physicalName("loadBalancer", prefix)}/*`;
  const cluster = scope.cluster ?? physicalName("cluster", prefix);
  // Long names keep their beginning and end in a digest.
  const begins = (kind: keyof typeof nameLimits) => `${prefix.slice(0, nameLimits[kind] - 9)}*`;
  return {
    stack: policy(
      named("LoadBalancing", "elasticloadbalancing", [
        arn("elasticloadbalancing", `loadbalancer/app/${balancer}`),
        arn("elasticloadbalancing", `listener/app/${balancer}/*`),
        arn("elasticloadbalancing", `listener-rule/app/${balancer}/*`),
        arn("elasticloadbalancing", `targetgroup/${begins("targetGroup")}`),
      ]),
      ...(scope.waf === undefined
        ? []
        : ([
            {
              Sid: "Firewall",
              Effect: "Allow",
              Action: [
                ...changes["aws:wafv2/webAclAssociation:WebAclAssociation"],
                "wafv2:GetWebACL",
                "wafv2:GetWebACLForResource",
              ],
              Resource: [scope.waf, arn("elasticloadbalancing", `loadbalancer/app/${balancer}`)],
            },
          ] as const)),
      named("Tasks", "ecs", [
        arn("ecs", `cluster/${cluster}`),
        arn("ecs", `service/${cluster}/${begins("service")}`),
        arn("ecs", `task-definition/${begins("family")}`),
      ]),
      named("Roles", "iam", [arn("iam", `role/${begins("role")}`, false)]),
      named("Logs", "logs", [arn("logs", `log-group:/greenlight/${begins("logGroup")}`)]),
      named("Alarms", "cloudwatch", [
        arn("cloudwatch", `alarm:${begins("alarm")}`),
        `arn:${partitionOf(region)}:cloudwatch::${account}:dashboard/${begins("dashboard")}`,
      ]),
      named("Topic", "sns", [arn("sns", begins("topic"))]),
      {
        ...named("TopicKey", "kms", [arn("kms", "key/*")]),
        Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": prefix } },
      },
      {
        ...named("OwnNetwork", "ec2", [arn("ec2", "security-group/*")]),
        Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": prefix } },
      },
      {
        Sid: "OtherNetwork",
        Effect: "Allow",
        Action: rulesOfGroups,
        Resource: [
          arn("ec2", "security-group-rule/*"),
          ...(database?.securityGroup === undefined ? [] : [arn("ec2", `security-group/${database.securityGroup}`)]),
        ],
      },
      {
        Sid: "MadeWithoutName",
        Effect: "Allow",
        Action: all.filter((it) => nameless.test(it)),
        Resource: "*",
      },
    ),
    release: policy(
      { Sid: "Read", Effect: "Allow", Action: reading, Resource: "*" },
      {
        Sid: "ReadOwn",
        Effect: "Allow",
        Action: [
          "iam:GetRole",
          "iam:GetRolePolicy",
          "iam:ListAttachedRolePolicies",
          "iam:ListInstanceProfilesForRole",
          "iam:ListRolePolicies",
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListResourceTags",
          "sns:GetTopicAttributes",
          "sns:ListTagsForResource",
        ],
        Resource: [arn("iam", `role/${begins("role")}`, false), arn("kms", "key/*"), arn("sns", begins("topic"))],
      },
      {
        Sid: "HandRolesToTasks",
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: arn("iam", `role/${begins("role")}`, false),
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
      {
        Sid: "WatchAndMigrate",
        Effect: "Allow",
        Action: ["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks", "ecs:RunTask", "ecs:StopTask"],
        Resource: [
          arn("ecs", `service/${cluster}/${begins("service")}`),
          arn("ecs", `task/${cluster}/*`),
          arn("ecs", `container-instance/${cluster}/*`),
          arn("ecs", `task-definition/${begins("family")}`),
        ],
      },
      {
        Sid: "ReadLogs",
        Effect: "Allow",
        Action: ["logs:FilterLogEvents", "logs:GetLogEvents"],
        Resource: [
          arn("logs", `log-group:/greenlight/${begins("logGroup")}`),
          arn("logs", `log-group:/greenlight/${begins("logGroup")}:log-stream:*`),
        ],
      },
      ...(database === undefined
        ? []
        : ([
            {
              Sid: "Snapshots",
              Effect: "Allow",
              Action: [
                "rds:AddTagsToResource",
                "rds:CreateDBClusterSnapshot",
                "rds:CreateDBSnapshot",
                "rds:DescribeDBClusterSnapshots",
                "rds:DescribeDBSnapshots",
              ],
              Resource: [
                arn("rds", database.resource),
                arn("rds", "snapshot:before-*"),
                arn("rds", "cluster-snapshot:before-*"),
              ],
            },
            {
              Sid: "OldSnapshots",
              Effect: "Allow",
              Action: ["rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot"],
              Resource: [arn("rds", "snapshot:before-*"), arn("rds", "cluster-snapshot:before-*")],
              Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": prefix } },
            },
          ] as const)),
    ),
    ...(scope.network === undefined ? {} : { network: vpcDeployerPolicy({ arn, prefix }) }),
    ...(scope.ownDatabase === undefined ? {} : { database: databaseDeployerPolicy({ arn, ...scope.ownDatabase }) }),
    ...(scope.frontend === undefined
      ? {}
      : {
          frontend: frontendDeployerPolicy({
            changing: of,
            partition: partitionOf(region),
            account,
            bucket: physicalName("bucket", prefix, account, "pages"),
            edge: edgeName(prefix),
          }),
        }),
    ...(database === undefined
      ? {}
      : { drill: drillPolicy(arn, prefix, database.resource.startsWith("db:") ? "instance" : "cluster") }),
    ...(scope.rollback === undefined
      ? {}
      : {
          rollback: rollbackDeployerPolicy({
            changing: of,
            arn,
            function: begins("function"),
            rule: begins("eventRule"),
            parameter: rollbackParameter(prefix),
            role: begins("role"),
          }),
        }),
  };
}
