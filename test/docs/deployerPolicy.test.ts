import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type DeployerScope, deployerPolicies, deployerScope } from "../../components/aws/deployerPolicy.ts";
import { commands } from "../../components/aws/deployerRights.ts";
import type { PolicyDocument, PolicyStatement } from "../../components/aws/taskPolicies.ts";
import { readSettings } from "../../config.ts";
import { deployerPolicyPage } from "../../docs/generate-deployer-policy.ts";
import { config, database, existing, settings } from "../components/aws/shop.ts";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const policiesOf = (over: object = {}, more: Partial<DeployerScope> = {}) => {
  const { aws } = readSettings(config({ ...settings, aws: { ...settings.aws, ...over } }));
  if (aws === undefined) throw new Error("there are settings");
  return deployerPolicies({ ...deployerScope("prod", aws), ...more });
};
const documents = (it: ReturnType<typeof policiesOf>): readonly PolicyDocument[] =>
  [it.stack, it.release, it.network, it.database, it.rollback, it.frontend, it.drill].filter(
    (document) => document !== undefined,
  );
const { instance: _, ...rest } = database;
const clustered = { ...rest, cluster: "shop-cluster" };
const waf = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/01234567-89ab-cdef-0123-456789abcdef";
/** What a stack may have beside the rest; settings take one of them at a time, which says nothing of the rights. */
const kmsKey = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const optional = {
  network: true,
  waf,
  rollback: true,
  frontend: true,
  ownDatabase: { identifier: "db-prod", kmsKey },
} as const;
const statements = (it: ReturnType<typeof policiesOf>): readonly PolicyStatement[] =>
  documents(it).flatMap(({ Statement }) => Statement);

it("docs/aws-deployer-policy.md is what the code says; `node --import tsx docs/generate-deployer-policy.ts` writes it", () => {
  expect(file("docs/aws-deployer-policy.md")).toBe(deployerPolicyPage("prod", file("Pulumi.prod.yaml")));
});

describe("the policy of a deployer", () => {
  it("has a right for every command that our provider sends", () => {
    const folder = new URL("../../provider/aws/", import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const sent = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), "utf8").matchAll(/new (\w+Command)\(/g)].map(([, command]) => command),
    );
    expect(new Set(sent)).toEqual(new Set(Object.keys(commands)));
    const allowed = [database, clustered].flatMap((it) =>
      statements(policiesOf({ database: it }, optional)).flatMap(({ Action }) => Action),
    );
    const has = (action: string) =>
      allowed.some((it) => it === action || (it.endsWith("*") && action.startsWith(it.slice(0, -1))));
    for (const action of Object.values(commands)) expect(has(action), action).toBe(true);
  });

  it("is IAM's grammar: known keys, statements named once, actions and resources that are none of them empty", () => {
    const all = [database, clustered].flatMap((it) => documents(policiesOf({ database: it }, optional)));
    for (const { Version, Statement } of all) {
      expect(Version).toBe("2012-10-17");
      expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
      for (const it of Statement) {
        expect(it.Sid).toMatch(/^[A-Za-z0-9]+$/);
        expect(Object.keys(it).filter((key) => !/^(Sid|Effect|Action|Resource|Condition)$/.test(key))).toEqual([]);
        expect([it.Action].flat().length, it.Sid).toBeGreaterThan(0);
        for (const action of [it.Action].flat()) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+\*?$/);
        for (const resource of [it.Resource].flat())
          expect(resource).toMatch(/^(\*|arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:\S+|arn:aws:s3:::\S+)$/);
      }
    }
  });

  it("fits what IAM takes in one managed policy, 6144 characters", () => {
    for (const of of [database, clustered]) {
      const all = policiesOf({ database: of, name: `p${"x".repeat(30)}` }, optional);
      for (const [name, it] of Object.entries(all)) expect(JSON.stringify(it).length, name).toBeLessThanOrEqual(6_144);
    }
  });

  it("means all resources only where nothing has a name yet, or AWS knows none", () => {
    const wide = statements(policiesOf({ database }, optional)).filter(({ Resource }) => Resource === "*");
    expect(wide.map(({ Sid }) => Sid)).toEqual(["MadeWithoutName", "Read", "ReadNetwork", "EdgePartsWithoutName"]);
    const changing = wide.find(({ Sid }) => Sid === "MadeWithoutName")?.Action;
    expect(changing).toEqual([
      "application-autoscaling:DeleteScalingPolicy",
      "application-autoscaling:DeregisterScalableTarget",
      "application-autoscaling:PutScalingPolicy",
      "application-autoscaling:RegisterScalableTarget",
      "application-autoscaling:TagResource",
      "ec2:CreateSecurityGroup",
      "ec2:CreateTags",
      "ec2:DeleteTags",
      "ecs:DeregisterTaskDefinition",
      "ecs:RegisterTaskDefinition",
      "kms:CreateKey",
    ]);
  });

  it("hands the stack's roles to ECS tasks and to nothing else", () => {
    const pass = statements(policiesOf()).filter(({ Action }) => [Action].flat().includes("iam:PassRole"));
    expect(pass).toEqual([
      {
        Sid: "HandRolesToTasks",
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: "arn:aws:iam::123456789012:role/prod*",
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
    ]);
  });

  it("makes the function that moves traffic back only where the stack asks for it, and hands its role to Lambda alone", () => {
    expect(policiesOf().rollback).toBeUndefined();
    expect(JSON.stringify(policiesOf())).not.toContain("lambda");
    const added = policiesOf({ rollback: {} }).rollback?.Statement ?? [];
    expect(added.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ["Function", "arn:aws:lambda:eu-central-1:123456789012:function:prod*"],
      ["FunctionLog", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/prod*"],
      ["AlarmEvents", "arn:aws:events:eu-central-1:123456789012:rule/prod*"],
      ["Arming", "arn:aws:ssm:eu-central-1:123456789012:parameter/greenlight/prod/rollback"],
      ["HandRoleToFunction", "arn:aws:iam::123456789012:role/prod*"],
    ]);
    expect(added.at(-1)?.Condition).toEqual({ StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } });
  });

  it("makes a network only where the stack asks for it, and changes no other: by the tag that it gives and finds", () => {
    expect(policiesOf().network).toBeUndefined();
    expect(JSON.stringify(policiesOf())).not.toMatch(/Vpc"|NatGateway|Subnet"|RouteTable/);
    const [make, change, read] = policiesOf({}, { network: true }).network?.Statement ?? [];
    expect(make).toMatchObject({
      Action: [
        "ec2:AllocateAddress",
        "ec2:CreateInternetGateway",
        "ec2:CreateNatGateway",
        "ec2:CreateRouteTable",
        "ec2:CreateSubnet",
        "ec2:CreateVpc",
      ],
      Condition: { StringEquals: { "aws:RequestTag/greenlight:stack": "prod" } },
    });
    expect(change).toMatchObject({ Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": "prod" } } });
    // In what is there already, the stack's own is asked for; a network or an address of its own is in nothing.
    const changes = [change?.Action].flat();
    expect(changes).toContain("ec2:CreateSubnet");
    expect(changes).toContain("ec2:DeleteVpc");
    expect(changes).not.toContain("ec2:CreateVpc");
    expect([make?.Resource, change?.Resource].flat()).not.toContain("*");
    for (const action of [read?.Action].flat()) expect(action).toMatch(/^ec2:Describe/);
  });

  it("puts before its own load balancer the web ACL that the settings name, and no other before no other", () => {
    const firewall = (it: ReturnType<typeof policiesOf>) => it.stack.Statement.find(({ Sid }) => Sid === "Firewall");
    expect(JSON.stringify(policiesOf())).not.toMatch(/wafv2|SetWebAcl/);
    expect(firewall(policiesOf({ loadBalancer: { ...settings.aws.loadBalancer, waf } }))).toEqual({
      Sid: "Firewall",
      Effect: "Allow",
      Action: [
        "wafv2:AssociateWebACL",
        "wafv2:DisassociateWebACL",
        "elasticloadbalancing:SetWebAcl",
        "wafv2:GetWebACL",
        "wafv2:GetWebACLForResource",
      ],
      Resource: [waf, "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/prod/*"],
    });
  });

  it("has no right to a database that the stack has not, and to no other than its own", () => {
    expect(JSON.stringify(policiesOf())).not.toContain("rds:");
    const text = JSON.stringify(policiesOf({ database }));
    expect(text).toContain("arn:aws:rds:eu-central-1:123456789012:db:shop-production");
    expect(text).toContain("security-group/sg-9a1b2c3d");
  });

  it("makes a database only where the stack asks for it, under its own name, and reads no secret of it", () => {
    expect(policiesOf({ database }).database).toBeUndefined();
    const rds = (resource: string) => `arn:aws:rds:eu-central-1:123456789012:${resource}`;
    const all = policiesOf({ database: { create: { kmsKey } } });
    const statement = (sid: string) => all.database?.Statement.find(({ Sid }) => Sid === sid);
    expect(statement("Database")?.Resource).toEqual([
      rds("db:db-prod"),
      rds("subgrp:db-prod"),
      rds("pg:db-prod-postgres*"),
      rds("snapshot:db-prod-final"),
      rds("og:default:postgres-*"),
    ]);
    expect(
      [statement("ReadDatabase")?.Action].flat().filter((it) => !/^rds:(Describe|ListTags)/.test(String(it))),
    ).toEqual([]);
    expect(statement("SecretOfRds")).toMatchObject({
      Action: ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      Resource: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-*",
    });
    expect(JSON.stringify(all)).not.toContain("GetSecretValue");
    expect(statement("KeyOfStorage")?.Resource).toBe(kmsKey);
    expect(statement("RoleOfRds")?.Condition).toEqual({
      StringEquals: { "iam:AWSServiceName": "rds.amazonaws.com" },
    });
    expect(all.release.Statement.find(({ Sid }) => Sid === "Snapshots")?.Resource).toContain(rds("db:db-prod"));
    expect(all.drill).toBeDefined();
    expect(JSON.stringify(policiesOf({ database: { create: {} } }))).not.toContain("CreateGrant");
  });

  it("removes no snapshot but those with the stack's own tag", () => {
    const removing = statements(policiesOf({ database })).filter(({ Action }) =>
      /rds:Delete\w+Snapshot/.test(String(Action)),
    );
    expect(removing).toMatchObject([{ Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": "prod" } } }]);
  });

  it("makes and removes databases only under a drill's name and with the stack's own tag", () => {
    const drill = policiesOf({ database }).drill?.Statement ?? [];
    const rds = (resource: string) => `arn:aws:rds:eu-central-1:123456789012:${resource}`;
    expect(drill.filter(({ Action }) => !/Describe/.test(String(Action)))).toMatchObject([
      {
        Resource: expect.arrayContaining([rds("db:drill-*"), rds("snapshot:before-*")]),
        Condition: { StringEquals: { "aws:RequestTag/greenlight:stack": "prod" } },
      },
      {
        Action: "rds:DeleteDBInstance",
        Resource: rds("db:drill-*"),
        Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": "prod" } },
      },
    ]);
    const databases = drill.flatMap(({ Resource = [] }) => Resource).filter((it) => it.includes(":db:"));
    expect(databases).not.toContain(rds("db:shop-production"));
    expect(policiesOf().drill).toBeUndefined();
  });

  it("makes and removes clusters likewise, with instances in a drill's own cluster alone", () => {
    const rds = (resource: string) => `arn:aws:rds:eu-central-1:123456789012:${resource}`;
    const drill = policiesOf({ database: clustered }).drill?.Statement ?? [];
    const own = [rds("cluster:drill-*"), rds("db:drill-*")];
    expect(drill.filter(({ Action }) => !/Describe/.test(String(Action)))).toMatchObject([
      {
        Action: ["rds:AddTagsToResource", "rds:RestoreDBClusterFromSnapshot"],
        Resource: expect.arrayContaining([rds("cluster:drill-*"), rds("cluster-snapshot:before-*")]),
        Condition: { StringEquals: { "aws:RequestTag/greenlight:stack": "prod" } },
      },
      {
        Action: ["rds:AddTagsToResource", "rds:CreateDBInstance"],
        Resource: expect.arrayContaining(own),
        Condition: { StringEquals: { "aws:RequestTag/greenlight:stack": "prod" } },
      },
      {
        Action: ["rds:DeleteDBCluster", "rds:DeleteDBInstance"],
        Resource: own,
        Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": "prod" } },
      },
    ]);
    const changed = drill.filter(({ Sid }) => Sid !== "FindDrills").flatMap(({ Resource = [] }) => Resource);
    expect(changed.filter((it) => /:(db|cluster):/.test(it) && !own.includes(it))).toEqual([]);
  });

  it("speaks of the load balancer and the cluster that are there already", () => {
    const text = JSON.stringify(
      policiesOf({
        loadBalancer: { existing },
        cluster: "arn:aws:ecs:eu-central-1:123456789012:cluster/shared",
      }),
    );
    expect(text).toContain("listener-rule/app/shared/0123456789abcdef/*");
    expect(text).toContain("service/shared/prod*");
    expect(text).toContain("task/shared/*");
  });
});
