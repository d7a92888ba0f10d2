import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateSecurityGroupCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateDBInstanceCommand, DescribeDBSnapshotsCommand, RDSClient } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { credentials, region, World } from "../tools/aws/world.ts";
import { Project, root } from "./project.ts";

// The real engine, our program and provider, and the stand-in of the aws plugin, against a simulated AWS: real requests, tasks that
// run, health that is asked. That AWS itself does the same is not shown here.

const container = fileURLToPath(new URL("fixtures/container.mjs", import.meta.url));
const image = (service: string, version: string) =>
  `registry.example/${service}@sha256:${createHash("sha256").update(`${service} ${version}`).digest("hex")}`;
const versions = ["v1", "v2", "v3", "v4"];

let world: World;
let project: Project;
let schema: string;

function manifest(version: string, more: object = {}) {
  return {
    version,
    services: {
      api: { image: image("api", version), env: { VERSION: version, ...more } },
      web: { image: image("web", version) },
    },
    database: {
      tool: "command",
      directory: "migrations",
      command: ["migrate", "deploy"],
      verify: { sql: "select 1", expect: "1" },
    },
    smoke: { command: ["node", "-e", `process.exit(process.env.EXPECT_VERSION === "${version}" ? 0 : 1)`] },
  };
}

beforeAll(async () => {
  world = await World.start({
    speed: 20,
    images: (asked) => {
      const version = versions.find((it) => asked === image("api", it) || asked === image("web", it));
      return version === undefined ? undefined : { command: [process.execPath, container, version, schema] };
    },
  });
  const { vpcId, subnets } = await world.network();
  const { GroupId: securityGroup } = await new EC2Client(world.client).send(
    new CreateSecurityGroupCommand({ GroupName: "database", Description: "The team's own", VpcId: vpcId }),
  );
  await new RDSClient(world.client).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "shop-production",
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      MasterUsername: "shop",
      MasterUserPassword: "only for this test",
      AllocatedStorage: 20,
    }),
  );
  const service = { instances: 2, drain: "1s", start: "1s" };
  project = await Project.make({
    platform: "aws",
    live: "blue",
    blue: "v1",
    services: { api: { port: 8080, ...service }, web: { port: 8081, ...service } },
    aws: {
      account: "123456789012",
      region,
      name: "shop",
      vpc: vpcId,
      subnets,
      loadBalancer: {
        create: { subnets, certificate: await world.certificate(), public: ["0.0.0.0/0"], tests: ["127.0.0.1/32"] },
      },
      services: {
        api: { hosts: ["shop.example"], paths: ["/api/*"], priority: 10 },
        web: { hosts: ["shop.example"], priority: 20 },
      },
      database: {
        instance: "shop-production",
        securityGroup,
        migration: {
          service: "api",
          command: ["migrate", "deploy"],
          verify: ["status"],
          prints: "Database schema is up to date",
        },
      },
      gates: { successes: 2, interval: "100ms", deadline: "60s" },
    },
  });
  schema = join(project.folder, "schema");
  Object.assign(project.env, {
    AWS_ENDPOINT_URL: world.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const settings = join(project.folder, "Pulumi.yaml");
  const plugin = `    - name: aws\n      path: ${join(root, "tools/aws")}\n`;
  await writeFile(settings, `${(await readFile(settings, "utf8")).trimEnd()}\n${plugin}`);
  await project.write("migrations/001.sql", "select 1;\n");
  for (const version of versions) await project.write(`releases/${version}.yaml`, stringify(manifest(version)));
}, 600_000);

afterAll(async () => {
  await project?.remove();
  await world?.stop();
});

async function succeed(operation: "up" | "preview" | "refresh", ...args: string[]) {
  const ran = await project.run(operation, ...args);
  expect(ran.exitCode, ran.text).toBe(0);
  return ran;
}

async function refused(): Promise<string> {
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).not.toBe(0);
  return ran.text.replace(/\s+/g, " ");
}

/** Weights of blue and green, by service, as the rules of the users' listener have them. */
async function weights(): Promise<Record<string, [number, number]>> {
  const elb = new ElasticLoadBalancingV2Client(world.client);
  const found: Record<string, [number, number]> = {};
  for (const service of ["api", "web"]) {
    const { rule, groups } = await ruleOf(elb, service);
    const share = (arn: string) =>
      rule.Actions?.[0]?.ForwardConfig?.TargetGroups?.find((it) => it.TargetGroupArn === arn)?.Weight ?? -1;
    found[service] = [share(groups.blue), share(groups.green)];
  }
  return found;
}

async function ruleOf(elb: ElasticLoadBalancingV2Client, service: string) {
  const group = async (environment: string) => {
    const { TargetGroups = [] } = await elb.send(
      new DescribeTargetGroupsCommand({ Names: [`shop-${environment}-${service}`] }),
    );
    return TargetGroups[0]?.TargetGroupArn ?? "";
  };
  const groups = { blue: await group("blue"), green: await group("green") };
  const state = await project.exported();
  const listener = state.resources.find(({ urn }) => urn.endsWith("::load-balancer-users"))?.outputs?.arn;
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: String(listener) }));
  const rule = Rules.find((it) =>
    it.Actions?.[0]?.ForwardConfig?.TargetGroups?.some((one) => one.TargetGroupArn === groups.green),
  );
  if (rule === undefined) throw new Error(`no rule forwards to ${service}`);
  return { rule, groups };
}

const toBlue = { api: [100, 0], web: [100, 0] };
const toGreen = { api: [0, 100], web: [0, 100] };

describe.sequential("a production stack on a simulated AWS", { timeout: 900_000 }, () => {
  it("deploys the first version: snapshot, migration, tasks, gates, and all traffic to it", async () => {
    const ran = await succeed("up", "--skip-preview");
    expect(ran.text).toContain("Database schema is up to date");
    expect(await weights()).toEqual(toBlue);
    const { DBSnapshots: taken } = await new RDSClient(world.client).send(new DescribeDBSnapshotsCommand({}));
    const own = taken?.filter((it) => it.DBSnapshotIdentifier?.startsWith("before-v1-shop-"));
    expect(own).toHaveLength(1);
    expect(own?.[0]?.TagList).toContainEqual({ Key: "greenlight:release", Value: "v1" });
  });

  it("has nothing to do when it is run again", async () => {
    const ran = await succeed("up");
    expect(ran.changes).toEqual([]);
    expect(ran.text).toContain("blue serves");
  });

  it("deploys a candidate beside it and moves no traffic", async () => {
    await project.set({ green: "v2" });
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toBlue);
  });

  it("shows the switch in a preview, with what serves now, and switches", async () => {
    await project.set({ live: "green" });
    const shown = await succeed("preview", "--diff");
    expect(shown.text).toMatch(/api, web: blue serves \(read .*\); the settings move traffic to green v2/);
    expect(shown.changes).toEqual([]);
    const ran = await succeed("up", "--skip-preview");
    expect(ran.text).not.toMatch(/aws:ecs\/service:Service\s+\S+\s+updated/);
    expect(await weights()).toEqual(toGreen);
  });

  it("refuses to overwrite weights that somebody moved, and takes them as the starting point after a refresh", async () => {
    const { rule, groups } = await ruleOf(new ElasticLoadBalancingV2Client(world.client), "web");
    await world.simulator.moveWeights(rule.RuleArn ?? "", { [groups.blue]: 30, [groups.green]: 70 });
    await project.set({ live: "blue" });
    const said = await refused();
    expect(said).toContain(
      "Somebody moved traffic: web is served blue 30 %, green 70 %, the last update left green 100 %",
    );
    expect(await weights()).toEqual({ api: [0, 100], web: [30, 70] });
    await succeed("refresh", "--skip-preview");
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toBlue);
  });

  it("never calls a release done that ECS took back behind its back", async () => {
    const ecs = new ECSClient(world.client);
    await project.set({ green: "v3" });
    await succeed("up", "--skip-preview");
    const { services = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster: "shop", services: ["shop-green-api"] }),
    );
    const now = services[0]?.taskDefinition ?? "";
    const before = now.replace(/:(\d+)$/, (_, revision) => `:${Number(revision) - 1}`);
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: before }));
    expect(taskDefinition?.containerDefinitions?.[0]?.image).toBe(image("api", "v2"));
    await world.simulator.ecs.rollBack("shop-green-api", before);
    await succeed("refresh", "--skip-preview");
    expect((await project.resource("aws:SteadyState", "green-steady"))?.outputs?.steady).toBe(false);
  });

  it("never calls a switch done while AWS is too busy to say what serves", async () => {
    await succeed("up", "--skip-preview");
    await project.set({ live: "green" });
    world.simulator.fail({ kind: "throttle", service: "elasticloadbalancing", action: "DescribeRules" });
    expect(await refused()).toMatch(/AWS did not tell/);
    world.simulator.faults.clear();
    expect(await weights()).toEqual(toBlue);
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toGreen);
  });

  it("begins no release while an alarm of what serves fires", async () => {
    await project.set({ blue: "v4" });
    await world.simulator.setAlarm("shop-green-no-go", "ALARM", "ordered by the test", region);
    expect(await refused()).toContain("v4 was not begun: shop-green-no-go fires already");
    expect((await project.resource("aws:DatabaseSnapshot", "blue-snapshot"))?.inputs?.version).toBe("v1");
    await world.simulator.setAlarm("shop-green-no-go", "OK", "ordered by the test", region);
  });

  it("stops at a migration that did nothing, though its task ended well, and deploys nothing", async () => {
    await project.write("releases/v4.yaml", stringify(manifest("v4", { MIGRATION: "pretends" })));
    const said = await refused();
    expect(said).toContain("The migration to v4 ran, and the database does not show it");
    expect(said).toContain("v4 has not been applied");
    expect(await weights()).toEqual(toGreen);
  });
});
