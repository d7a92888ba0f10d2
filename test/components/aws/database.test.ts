import { beforeAll, describe, expect, it } from "vitest";
import { databaseTypes } from "../../../components/aws/databaseDeployer.ts";
import { databaseSource } from "../../../components/aws/databaseSource.ts";
import { watchFactsOf } from "../../../components/aws/watching.ts";
import { readSettings } from "../../../config.ts";
import { policies } from "../../../policies/stack-safety/policies.ts";
import type { Recorded } from "../recorded.ts";
import { breaches } from "../seenByPolicies.ts";
import {
  config,
  database,
  manifest,
  migrated,
  one,
  ownDatabase,
  placeless,
  settings,
  stack,
  tree,
  zones,
} from "./shop.ts";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-database";
const made = (create: object = {}, over: object = {}) =>
  stack(
    { blue: manifest("v1", migrated) },
    { aws: { ...ownDatabase, ...over, database: { ...ownDatabase.database, create } } },
  );
const inputs = (all: readonly Recorded[], type: string, name: string) => one(all, type, name).inputs;
const instance = (all: readonly Recorded[]) => one(all, "rds:Instance", "database");
const container = (all: readonly Recorded[], task: string) =>
  JSON.parse(String(inputs(all, "ecs:TaskDefinition", task).containerDefinitions))[0];
const rights = (all: readonly Recorded[], name: string) =>
  JSON.parse(String(inputs(all, "iam:RolePolicy", name).policy));

describe("a database of the stack's own", () => {
  let resources: Recorded[];
  let outputs: Record<string, unknown>;
  beforeAll(async () => {
    const all = await made({}, { database: { ...ownDatabase.database, keep: 5 } });
    resources = all.resources;
    outputs = all.result as Record<string, unknown>;
  });

  it("is an instance with its subnets, its parameters and its security group", () => {
    expect(tree(resources.filter(({ parent }) => parent === "aws:Database database"))).toEqual([
      "aws:Database database > rds:Instance database",
      "aws:Database database > rds:ParameterGroup database",
      "aws:Database database > rds:SubnetGroup database",
    ]);
    expect(inputs(resources, "ec2:SecurityGroup", "network-database")).toEqual({
      name: "prod-database",
      description: "Database of prod",
      vpcId: "vpc-0a1b2c3d",
    });
  });

  it("is PostgreSQL, encrypted, backed up, reached by nobody from outside, with a standby and a password that RDS keeps", () => {
    expect(instance(resources).inputs).toEqual({
      identifier: "db-prod",
      engine: "postgres",
      engineVersion: "17",
      instanceClass: "db.t4g.medium",
      dbName: "app",
      username: "app",
      manageMasterUserPassword: true,
      port: 5432,
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: "gp3",
      storageEncrypted: true,
      multiAz: true,
      publiclyAccessible: false,
      dbSubnetGroupName: "db-prod",
      vpcSecurityGroupIds: ["network-database-id"],
      parameterGroupName: "db-prod-postgres17",
      backupRetentionPeriod: 14,
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "db-prod-final",
      deletionProtection: true,
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
      enabledCloudwatchLogsExports: ["postgresql"],
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
    });
  });

  it("takes no connection without TLS, and lies in the subnets of the tasks", () => {
    expect(inputs(resources, "rds:ParameterGroup", "database")).toEqual({
      name: "db-prod-postgres17",
      description: "Database of prod",
      family: "postgres17",
      parameters: [{ name: "rds.force_ssl", value: "1", applyMethod: "immediate" }],
    });
    expect(inputs(resources, "rds:SubnetGroup", "database")).toEqual({
      name: "db-prod",
      description: "Database of prod",
      subnetIds: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    });
  });

  it("lets the tasks in on its port, and nobody else", () => {
    const into = resources.filter(
      ({ type, inputs }) => type.startsWith("vpc:SecurityGroup") && inputs.securityGroupId === "network-database-id",
    );
    expect(into.map((it) => it.inputs)).toEqual([
      {
        securityGroupId: "network-database-id",
        description: "Tasks of prod",
        ipProtocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
        referencedSecurityGroupId: "network-tasks-id",
      },
    ]);
    expect(inputs(resources, "vpc:SecurityGroupEgressRule", "network-tasks-database-out")).toMatchObject({
      referencedSecurityGroupId: "network-database-id",
      fromPort: 5432,
    });
  });

  it("is kept from being removed by the engine, as by RDS", () => {
    expect(resources.filter((it) => it.protected).map(({ type, name }) => `${type} ${name}`)).toEqual([
      "rds:Instance database",
    ]);
  });

  it("is there before the first snapshot and migration, and those before the tasks", () => {
    expect(one(resources, "aws:Database", "database").after).toEqual(
      expect.arrayContaining(["index:Release release", "ec2:SecurityGroup network-database"]),
    );
    expect(one(resources, "aws:BackupSnapshot", "blue-snapshot").after).toContain("rds:Instance database");
    expect(one(resources, "aws:DatabaseMigration", "blue-migration").after).toContain(
      "aws:DatabaseSnapshot blue-snapshot",
    );
    expect(one(resources, "aws:Environment", "blue").after).toContain("rds:Instance database");
  });

  it("is named by snapshots, what is kept of them, alarms and the watch as RDS will name it", () => {
    expect(inputs(resources, "aws:DatabaseSnapshot", "blue-snapshot")).toMatchObject({ instance: "db-prod" });
    const dimensions = resources
      .filter(({ type, name }) => type === "cloudwatch:MetricAlarm" && name.includes("database-"))
      .map((it) => it.inputs.dimensions);
    expect(dimensions.length).toBeGreaterThan(1);
    for (const it of dimensions) expect(it).toEqual({ DBInstanceIdentifier: "db-prod" });
    const read = readSettings(config({ ...settings, aws: { ...settings.aws, ...ownDatabase } }));
    expect(watchFactsOf("prod", read, "blue").database).toEqual({ instance: "db-prod" });
  });

  it("is told to the services that ask for it, by variables and by a secret that ECS reads", () => {
    const { environment, secrets } = container(resources, "blue-api");
    expect(environment).toEqual(
      expect.arrayContaining([
        { name: "DATABASE_HOST", value: "database.rds.example" },
        { name: "DATABASE_NAME", value: "app" },
        { name: "DATABASE_PORT", value: "5432" },
        { name: "DATABASE_SECRET", value: secret },
        { name: "CURRENCY", value: "EUR" },
      ]),
    );
    expect(secrets).toEqual([
      { name: "DATABASE_PASSWORD", valueFrom: `${secret}:password::` },
      { name: "DATABASE_USER", valueFrom: `${secret}:username::` },
    ]);
  });

  it("is told to the migration as to the service whose variables it has", () => {
    const migration = container(resources, "blue-migration-task");
    const api = container(resources, "blue-api");
    expect([migration.environment, migration.secrets]).toEqual([api.environment, api.secrets]);
  });

  it("is told to nobody else", () => {
    expect(JSON.stringify(container(resources, "blue-web"))).not.toContain("DATABASE_");
    expect(JSON.stringify(rights(resources, "blue-web-execution"))).not.toContain("secretsmanager");
  });

  it("has its secret read by whoever starts those tasks, and by the tasks when it was changed, and no other secret", () => {
    const read = { Effect: "Allow", Action: "secretsmanager:GetSecretValue" };
    const started = rights(resources, "blue-api-execution").Statement;
    expect(started).toContainEqual({ Sid: "ReadSecrets", ...read, Resource: [secret] });
    expect(rights(resources, "blue-api-task").Statement).toEqual([
      { Sid: "ReadDatabaseSecret", ...read, Resource: secret },
    ]);
    expect(one(resources, "ecs:TaskDefinition", "blue-api").after).toContain("iam:RolePolicy blue-api-task");
  });

  it("is told with its address and the ARN of its secret, and no secret is in the stack", () => {
    expect(outputs.database).toEqual({
      identifier: "db-prod",
      host: "database.rds.example",
      port: 5432,
      name: "app",
      secret,
    });
    expect(resources.flatMap((it) => it.secret.filter((it) => it !== "secretEnv"))).toEqual([]);
  });

  it("is made of nothing that the deployer's policy of a database does not know", () => {
    const types = resources.filter(({ token }) => token.startsWith("aws:rds/")).map(({ token }) => token);
    expect(new Set(types)).toEqual(new Set(databaseTypes));
  });

  it.each(policies.map((it) => [it.name, it] as const))("breaks no rule of the pack stack-safety: %s", (_, policy) => {
    expect(breaches(policy, resources)).toEqual([]);
  });
});

it("is made as the settings say", async () => {
  const kmsKey = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
  const create = {
    name: "shop",
    version: 16,
    class: "db.r7g.large",
    storage: 200,
    mostStorage: 1_000,
    multiAz: false,
    kmsKey,
    backups: 35,
  };
  const { resources } = await stack(
    { blue: manifest("v1") },
    { aws: { database: { create, port: 6432 }, services: ownDatabase.services } },
  );
  expect(instance(resources).inputs).toMatchObject({
    dbName: "shop",
    engineVersion: "16",
    parameterGroupName: "db-prod-postgres16",
    instanceClass: "db.r7g.large",
    allocatedStorage: 200,
    maxAllocatedStorage: 1_000,
    multiAz: false,
    kmsKeyId: kmsKey,
    backupRetentionPeriod: 35,
    port: 6432,
  });
  expect(inputs(resources, "vpc:SecurityGroupIngressRule", "network-database-in")).toMatchObject({ fromPort: 6432 });
  expect(container(resources, "blue-api").environment).toContainEqual({ name: "DATABASE_PORT", value: "6432" });
});

it("lies in the private subnets of a network that the stack makes, after its ways out", async () => {
  const { resources } = await stack(
    { blue: manifest("v1") },
    {
      aws: { ...placeless, database: { create: {} }, network: { create: { cidr: "10.20.0.0/16" } } },
      answers: zones,
    },
  );
  expect(inputs(resources, "rds:SubnetGroup", "database").subnetIds).toEqual(["vpc-private-1-id", "vpc-private-2-id"]);
  expect(one(resources, "aws:Database", "database").after).toContain("ec2:Route vpc-private-2-out");
});

it("a service with a role of the team's own is told all the same, and that role gets no right from the stack", async () => {
  const taskRole = "arn:aws:iam::123456789012:role/shop-api";
  const { resources } = await made(
    {},
    { services: { ...ownDatabase.services, api: { ...ownDatabase.services.api, taskRole } } },
  );
  expect(container(resources, "blue-api").secrets).toHaveLength(2);
  expect(resources.filter(({ name }) => name === "blue-api-task")).toEqual([]);
});

it("a database that is there already is made by nobody, and its group stays the team's", async () => {
  const { resources, result } = await stack({ blue: manifest("v1", migrated) }, { aws: { database } });
  expect(resources.filter(({ token }) => token.startsWith("aws:rds/"))).toEqual([]);
  expect(resources.filter(({ name }) => name === "network-database")).toEqual([]);
  expect(inputs(resources, "vpc:SecurityGroupIngressRule", "network-database-in").securityGroupId).toBe("sg-9a1b2c3d");
  expect(result).not.toHaveProperty("database");
});

describe("the identifier of a database", () => {
  it("is the team's where the settings name one", () => {
    expect(databaseSource("shop", { instance: "shop-production" })).toEqual({ instance: "shop-production" });
    expect(databaseSource("shop", { cluster: "aurora" })).toEqual({ cluster: "aurora" });
  });

  it.each([
    ["shop", "db-shop"],
    ["2024-prod", "db-2024-prod"],
    ["drill-shop", "db-drill-shop"],
  ])("of a stack %s is one that RDS takes and no drill removes: %s", (prefix, identifier) => {
    expect(databaseSource(prefix, {})).toEqual({ instance: identifier });
  });

  it.each(["Prod.EU", "a_b", "p".repeat(80), "x--y"])("of a stack %s keeps to the limits of RDS", (prefix) => {
    expect(databaseSource(prefix, {}).instance).toMatch(/^[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)$/);
  });
});
