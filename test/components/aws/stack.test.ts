import { beforeAll, describe, expect, it } from "vitest";
import type { Recorded } from "../recorded.ts";
import { database, existing, manifest, migrated, one, placeless, settings, stack, tree, zones } from "./shop.ts";

// What these tests do not prove: that AWS takes these inputs. Types and properties are those of the package; the engine's order is
// the engine's to show.

const isAws = (it: Recorded) => it.custom && !/^(aws|index|local):/.test(it.type);

describe("the smallest stack: one version, no database", () => {
  let resources: Recorded[];
  let providers: Recorded[];
  let outputs: Record<string, unknown>;
  beforeAll(async () => {
    const made = await stack({ blue: manifest("v1") });
    ({ resources, providers } = made);
    outputs = made.result as Record<string, unknown>;
  });

  it("has the other environment's target groups, and nothing else of it", () => {
    expect(tree(resources).filter((it) => it.includes("green"))).toEqual([
      "aws:LoadBalancer load-balancer > lb:Listener load-balancer-green",
      "aws:Network network > vpc:SecurityGroupIngressRule network-tests-green-203-0-113-7-32",
      "aws:TargetGroups green-targets",
      "aws:TargetGroups green-targets > lb:ListenerRule green-targets-api-test",
      "aws:TargetGroups green-targets > lb:ListenerRule green-targets-web-test",
      "aws:TargetGroups green-targets > lb:TargetGroup green-targets-api",
      "aws:TargetGroups green-targets > lb:TargetGroup green-targets-web",
    ]);
  });

  it("has nothing of a database or of scaling", () => {
    expect(tree(resources).filter((it) => /Snapshot|Migration|database|appautoscaling/.test(it))).toEqual([]);
  });

  it("states the release as plain facts, with where what serves is read", () => {
    expect(one(resources, "index:Release", "release").inputs).toEqual({
      live: "blue",
      environments: { blue: { version: "v1", manifestDigest: "1".padEnd(64, "0") } },
      services: ["api", "web"],
      aws: {
        region: "eu-central-1",
        loadBalancer: "prod",
        services: [
          { service: "api", blue: "prod-blue-api", green: "prod-green-api" },
          { service: "web", blue: "prod-blue-web", green: "prod-green-web" },
        ],
      },
      checklist: { level: "none" },
    });
  });

  it("makes everything of AWS in one region, of one account, with the stack's tags, after the release was judged", () => {
    expect(providers.map(({ type, name, inputs, after }) => ({ type, name, inputs, after }))).toEqual([
      {
        type: "pulumi:providers:aws",
        name: "aws",
        inputs: {
          region: "eu-central-1",
          allowedAccountIds: '["123456789012"]',
          defaultTags: '{"tags":{"greenlight:stack":"prod"}}',
        },
        after: ["index:Release release"],
      },
    ]);
    const made = resources.filter(isAws);
    expect(made.length).toBeGreaterThan(40);
    for (const it of made) expect(it.provider, `${it.type} ${it.name}`).toBe("aws");
  });

  it("gives all traffic to the live environment, with the proofs of its gates", () => {
    const gate = one(resources, "aws:SwitchGate", "traffic-gate");
    expect(gate.inputs).toEqual({
      region: "eu-central-1",
      listener: "arn:Listener/load-balancer-users",
      services: [
        { service: "api", blue: "arn:TargetGroup/blue-targets-api", green: "arn:TargetGroup/green-targets-api" },
        { service: "web", blue: "arn:TargetGroup/blue-targets-web", green: "arn:TargetGroup/green-targets-web" },
      ],
      weights: { blue: 100, green: 0 },
      versions: { blue: "v1" },
      proofs: [
        { gate: "health", environment: "blue" },
        { gate: "smoke", environment: "blue" },
      ],
      requires: ["health", "smoke"],
      intervalMs: 5_000,
      deadlineMs: 120_000,
    });
    expect(one(resources, "lb:ListenerRule", "traffic-api").inputs).toEqual({
      listenerArn: "arn:Listener/load-balancer-users",
      priority: 10,
      conditions: [{ hostHeader: { values: ["shop.example"] } }, { pathPattern: { values: ["/api/*"] } }],
      actions: [
        {
          type: "forward",
          forward: {
            targetGroups: [
              { arn: "arn:TargetGroup/blue-targets-api", weight: 100 },
              { arn: "arn:TargetGroup/green-targets-api", weight: 0 },
            ],
          },
        },
      ],
    });
  });

  it("tells where users reach it, what serves and which alarm says no-go", () => {
    expect(outputs).toMatchObject({
      live: "blue",
      versions: { blue: "v1" },
      serving: { blue: 100, green: 0 },
      addresses: { api: "https://shop.example", web: "https://shop.example" },
      loadBalancer: "load-balancer.elb.example",
      alarmTopic: "arn:Topic/alarms",
    });
  });

  it("watches the environment that has a version, and not the empty one", () => {
    const alarms = resources.filter(({ type }) => /Alarm$/.test(type)).map(({ name }) => name);
    expect(alarms.filter((name) => name.includes("green"))).toEqual([]);
    expect(alarms).toContain("alarms-blue-no-go");
  });
});

describe("two environments and a database", () => {
  let resources: Recorded[];
  beforeAll(async () => {
    const made = await stack(
      { blue: manifest("v1", migrated), green: manifest("v2", migrated) },
      { aws: { database } },
    );
    resources = made.resources;
  });
  const waitsFor = (type: string, name: string) => one(resources, type, name).after;

  it("makes each step wait for the one before it, by dependency", () => {
    expect(waitsFor("aws:Network", "network")).toContain("index:Release release");
    expect(waitsFor("aws:BackupSnapshot", "blue-snapshot")).toEqual(
      expect.arrayContaining(["index:Release release", "ec2:SecurityGroup network-tasks"]),
    );
    expect(waitsFor("aws:BackupSnapshot", "green-snapshot")).toContain("aws:AlarmsQuiet green-quiet");
    expect(waitsFor("aws:DatabaseMigration", "blue-migration")).toContain("aws:DatabaseSnapshot blue-snapshot");
    expect(waitsFor("aws:MigrationTask", "blue-migration")).toEqual(
      expect.arrayContaining([
        "ecs:TaskDefinition blue-migration-task",
        "iam:RolePolicy blue-migration-task-execution",
      ]),
    );
    expect(waitsFor("aws:Environment", "blue")).toEqual(
      expect.arrayContaining(["aws:MigrationTask blue-migration", "lb:ListenerRule blue-targets-api-test"]),
    );
    expect(waitsFor("ecs:Service", "blue-api")).toEqual(
      expect.arrayContaining(["ecs:TaskDefinition blue-api", "lb:TargetGroup blue-targets-api"]),
    );
    expect(waitsFor("aws:SteadyState", "blue-steady")).toEqual(
      expect.arrayContaining(["ecs:Service blue-api", "ecs:Service blue-web"]),
    );
    expect(waitsFor("aws:TargetsHealthy", "blue-health")).toContain("aws:SteadyState blue-steady");
    expect(waitsFor("index:SmokeGate", "blue-smoke")).toContain("aws:TargetsHealthy blue-health");
    expect(waitsFor("aws:BackupSnapshot", "green-snapshot")).toContain("index:SmokeGate blue-smoke");
    expect(waitsFor("aws:TrafficSwitch", "traffic")).toEqual(
      expect.arrayContaining(["index:SmokeGate blue-smoke", "index:SmokeGate green-smoke"]),
    );
    expect(waitsFor("lb:ListenerRule", "traffic-api")).toContain("aws:SwitchGate traffic-gate");
    expect(waitsFor("lb:ListenerRule", "traffic-web")).toContain("lb:ListenerRule traffic-api");
    expect(waitsFor("aws:TrafficReadBack", "traffic-read-back")).toContain("lb:ListenerRule traffic-web");
    expect(waitsFor("aws:TrafficSwitch", "traffic")).toContain("cloudwatch:CompositeAlarm alarms-green-no-go");
  });

  it("makes everything wait for the release, itself or through the component around it", () => {
    for (const it of resources.filter(({ name }) => name !== "release")) {
      let at: Recorded | undefined = it;
      while (at !== undefined && !at.after.includes("index:Release release")) {
        const parent: string = at.parent;
        at = resources.find((other) => `${other.type} ${other.name}` === parent);
      }
      expect(at, `${it.type} ${it.name}`).toBeDefined();
    }
  });

  it("asks before anything of a version whether an alarm of what serves fires", () => {
    expect(one(resources, "aws:AlarmsQuiet", "green-quiet").inputs).toMatchObject({
      environment: "green",
      version: "v2",
      listener: "arn:Listener/load-balancer-users",
      alarms: { blue: "prod-blue-no-go", green: "prod-green-no-go" },
      prefix: "prod",
    });
    expect(one(resources, "cloudwatch:CompositeAlarm", "alarms-blue-no-go").inputs.alarmName).toBe("prod-blue-no-go");
  });

  it("snapshots the database before a version's migration, with the release and the commit that it precedes", () => {
    expect(one(resources, "aws:DatabaseSnapshot", "green-snapshot").inputs).toEqual({
      region: "eu-central-1",
      instance: "shop-production",
      version: "v2",
      commit: "a".repeat(40),
      prefix: "before-v2-prod",
      tags: { "greenlight:stack": "prod" },
      intervalMs: 5_000,
      deadlineMs: 3_600_000,
    });
  });

  it("migrates with the candidate's image, variables and secrets, in the services' network, and verifies by what is printed", () => {
    expect(one(resources, "aws:MigrationTask", "green-migration").inputs).toEqual({
      region: "eu-central-1",
      cluster: "arn:Cluster/cluster",
      taskDefinition: "arn:TaskDefinition/green-migration-task",
      container: "migration",
      subnets: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
      securityGroups: ["network-tasks-id"],
      logGroup: "/greenlight/prod-green-migration",
      version: "v2",
      command: ["npx", "prisma", "migrate", "deploy"],
      verify: ["npx", "prisma", "migrate", "status"],
      prints: "Database schema is up to date",
      intervalMs: 5_000,
      deadlineMs: 900_000,
    });
    const definition = one(resources, "ecs:TaskDefinition", "green-migration-task").inputs;
    expect(JSON.parse(String(definition.containerDefinitions))[0]).toMatchObject({
      name: "migration",
      image: expect.stringMatching(/shop\/api@sha256:2{64}$/),
    });
  });

  it("holds no secret: the services' are read by ECS, by reference", () => {
    const secret = resources.filter((it) => it.secret.length > 0).map((it) => `${it.name} ${it.secret.join()}`);
    // The smoke gate's variables are marked so, whatever they hold.
    expect(secret).toEqual(["blue-smoke secretEnv", "green-smoke secretEnv"]);
  });
});

describe("a database that a version does not touch", () => {
  it("is not snapshot or migrated for it, and is watched all the same", async () => {
    const { resources } = await stack({ blue: manifest("v1") }, { aws: { database } });
    expect(resources.filter(({ type }) => /Snapshot|Migration/.test(type))).toEqual([]);
    const alarm = one(resources, "cloudwatch:MetricAlarm", "alarms-database-cpu").inputs;
    expect(alarm).toMatchObject({
      namespace: "AWS/RDS",
      dimensions: { DBInstanceIdentifier: "shop-production" },
      treatMissingData: "breaching",
    });
  });

  it("of a cluster has no storage of its own to run out of", async () => {
    const { instance: _, ...cluster } = { ...database, cluster: "shop" };
    const { resources } = await stack({ blue: manifest("v1", migrated) }, { aws: { database: cluster } });
    expect(one(resources, "aws:DatabaseSnapshot", "blue-snapshot").inputs).toMatchObject({ cluster: "shop" });
    expect(one(resources, "cloudwatch:MetricAlarm", "alarms-database-cpu").inputs.dimensions).toEqual({
      DBClusterIdentifier: "shop",
    });
    expect(resources.some(({ name }) => name === "alarms-database-storage")).toBe(false);
  });
});

it("keeps every snapshot unless the settings say how many, and then asks after the switch", async () => {
  const without = await stack({ blue: manifest("v1") }, { aws: { database } });
  expect(without.resources.filter(({ type }) => /Retention/.test(type))).toEqual([]);
  const manifests = { blue: manifest("v1", migrated), green: manifest("v2", migrated) };
  const { resources } = await stack(manifests, { aws: { database: { ...database, keep: 5 } } });
  expect(one(resources, "aws:SnapshotRetention", "snapshot-retention").inputs).toEqual({
    region: "eu-central-1",
    instance: "shop-production",
    stack: "prod",
    keep: 5,
    deployed: ["v1", "v2"],
  });
  expect(one(resources, "aws:KeptSnapshots", "snapshot-retention").after).toContain(
    "aws:TrafficReadBack traffic-read-back",
  );
});

describe("testers", () => {
  const { api, web } = settings.aws.services;
  const services = { api: { ...api, testersPriority: 8 }, web: { ...web, testersPriority: 18 } };
  const asked = { testers: { header: "x-environment" } };

  it("reach each side that has a version by a rule that is asked before the service's own", async () => {
    const { resources } = await stack({ blue: manifest("v1"), green: manifest("v2") }, { ...asked, aws: { services } });
    const places = { "api-testers-blue": 8, "api-testers-green": 9, "web-testers-blue": 18, "web-testers-green": 19 };
    for (const [name, priority] of Object.entries(places)) {
      expect(one(resources, "lb:ListenerRule", `traffic-${name}`).inputs.priority).toBe(priority);
    }
    expect(one(resources, "lb:ListenerRule", "traffic-api-testers-green").inputs).toEqual({
      listenerArn: "arn:Listener/load-balancer-users",
      priority: 9,
      conditions: [
        { hostHeader: { values: ["shop.example"] } },
        { pathPattern: { values: ["/api/*"] } },
        { httpHeader: { httpHeaderName: "x-environment", values: ["green"] } },
      ],
      actions: [{ type: "forward", targetGroupArn: "arn:TargetGroup/green-targets-api" }],
    });
  });

  it("change nothing of the rules by which users go, and reach no side without a version", async () => {
    const manifests = { blue: manifest("v1") };
    const [plain, tested] = [await stack(manifests), await stack(manifests, { ...asked, aws: { services } })];
    expect(one(tested.resources, "lb:ListenerRule", "traffic-api")).toEqual(
      one(plain.resources, "lb:ListenerRule", "traffic-api"),
    );
    const rules = tested.resources.filter(({ name }) => name.includes("-testers-")).map(({ name }) => name);
    expect(rules.sort()).toEqual(["traffic-api-testers-blue", "traffic-web-testers-blue"]);
  });
});

describe("a canary's share", () => {
  it("is watched by the candidate's own alarms after the reading back, where the settings ask the update itself to", async () => {
    const strategy = { kind: "canary", canary: { minRequests: 70 }, patience: "4m" };
    const asked = { share: 10, bake: "10m", watch: { every: "20s" }, strategy };
    const { resources } = await stack({ blue: manifest("v1"), green: manifest("v2") }, asked);
    const bake = one(resources, "index:BakeGate", "bake");
    expect(bake.after).toContain("aws:TrafficReadBack traffic-read-back");
    expect(bake.inputs).toMatchObject({
      source: {
        platform: "aws",
        serving: { region: "eu-central-1", loadBalancer: "prod" },
        watching: { noGo: "prod-green-no-go", silence: ["prod-green-api-silence", "prod-green-web-silence"] },
      },
      live: "blue",
      weights: { blue: 90, green: 10 },
      watched: false,
      forMs: 600_000,
      patienceMs: 240_000,
      everyMs: 20_000,
      minRequests: 70,
    });
  });

  it("changes what a switch changes, and gives every rule the weights", async () => {
    const manifests = { blue: manifest("v1"), green: manifest("v2") };
    const strategy = { canary: { sticky: "1h" } };
    const { resources } = await stack(manifests, { share: 10, strategy });
    const weights = { blue: 90, green: 10 };
    expect(one(resources, "aws:SwitchGate", "traffic-gate").inputs).toMatchObject({ weights });
    expect(one(resources, "aws:TrafficReadBack", "traffic-read-back").inputs).toMatchObject({ weights });
    expect(one(resources, "index:Release", "release").inputs).toMatchObject({ live: "blue", share: 10 });
    for (const service of ["api", "web"]) {
      expect(one(resources, "lb:ListenerRule", `traffic-${service}`).inputs.actions).toEqual([
        {
          type: "forward",
          forward: {
            targetGroups: [
              { arn: `arn:TargetGroup/blue-targets-${service}`, weight: 90 },
              { arn: `arn:TargetGroup/green-targets-${service}`, weight: 10 },
            ],
            stickiness: { enabled: true, duration: 3_600 },
          },
        },
      ]);
    }
    expect(one(resources, "cloudwatch:Dashboard", "dashboard").inputs.dashboardBody).toContain(
      "to blue v1, and 10 % to green v2",
    );
  });
});

describe("the switch", () => {
  it("changes the release, its gate, the rules' weights, the reading back and the dashboard, and nothing else", async () => {
    const manifests = { blue: manifest("v1"), green: manifest("v2") };
    const [before, after] = [await stack(manifests), await stack(manifests, { live: "green" })];
    const text = (all: readonly Recorded[]) =>
      new Map(all.map((it) => [`${it.type} ${it.name}`, JSON.stringify(it.inputs)]));
    const [was, is] = [text(before.resources), text(after.resources)];
    expect([...is.keys()].sort()).toEqual([...was.keys()].sort());
    expect(
      [...is]
        .filter(([key, inputs]) => was.get(key) !== inputs)
        .map(([key]) => key)
        .sort(),
    ).toEqual([
      "aws:SwitchGate traffic-gate",
      "aws:TrafficReadBack traffic-read-back",
      "cloudwatch:Dashboard dashboard",
      "index:Release release",
      "lb:ListenerRule traffic-api",
      "lb:ListenerRule traffic-web",
    ]);
  });

  it("deploys the live environment first, whichever it is", async () => {
    const { resources } = await stack({ blue: manifest("v1"), green: manifest("v2") }, { live: "green" });
    expect(one(resources, "aws:Environment", "blue").after).toContain("index:SmokeGate green-smoke");
  });
});

describe("what a team has already", () => {
  it("is used and not made: load balancer, cluster, topic", async () => {
    const { resources, result } = await stack(
      { blue: manifest("v1") },
      {
        aws: {
          loadBalancer: { existing },
          cluster: "arn:aws:ecs:eu-central-1:123456789012:cluster/shared",
          alarms: { topic: "arn:aws:sns:eu-central-1:123456789012:on-call" },
        },
      },
    );
    const made = resources.map(({ type }) => type);
    for (const type of ["lb:LoadBalancer", "lb:Listener", "ecs:Cluster", "sns:Topic", "kms:Key"]) {
      expect(made).not.toContain(type);
    }
    expect(one(resources, "lb:ListenerRule", "traffic-api").inputs.listenerArn).toBe(existing.listener);
    expect(one(resources, "lb:ListenerRule", "green-targets-api-test").inputs.listenerArn).toBe(
      existing.green.listener,
    );
    expect(one(resources, "index:Release", "release").inputs.aws).toMatchObject({ listener: existing.listener });
    expect(one(resources, "index:SmokeGate", "blue-smoke").inputs.env).toMatchObject({
      API_URL: "https://shop.example:9443",
    });
    expect(one(resources, "cloudwatch:CompositeAlarm", "alarms-blue-no-go").inputs.alarmActions).toEqual([
      "arn:aws:sns:eu-central-1:123456789012:on-call",
    ]);
    expect(result).not.toHaveProperty("loadBalancer");
  });

  it("lets the tasks be reached by that load balancer alone, whose own rules are left to the team", async () => {
    const { resources } = await stack({ blue: manifest("v1") }, { aws: { loadBalancer: { existing } } });
    const rules = resources.filter(({ type }) => type === "vpc:SecurityGroupIngressRule");
    expect(
      rules.map(({ inputs }) => [inputs.securityGroupId, inputs.fromPort, inputs.referencedSecurityGroupId]),
    ).toEqual([
      ["network-tasks-id", 8080, "sg-0a1b2c3d"],
      ["network-tasks-id", 3000, "sg-0a1b2c3d"],
    ]);
  });
});

it("opens nothing to the world but port 443, and that only where the settings say so", async () => {
  const open = async (aws: Record<string, unknown>) => {
    const { resources } = await stack({ blue: manifest("v1") }, { aws, answers: zones });
    return resources
      .filter(({ type, inputs }) => /IngressRule$/.test(type) && (inputs.cidrIpv4 ?? inputs.cidrIpv6) !== undefined)
      .map(({ inputs }) => [inputs.cidrIpv4 ?? inputs.cidrIpv6, inputs.fromPort, inputs.toPort]);
  };
  const { create } = settings.aws.loadBalancer;
  expect(await open({ loadBalancer: { create: { ...create, public: [], tests: [] } } })).toEqual([]);
  expect(await open({ loadBalancer: { create: { ...create, public: ["0.0.0.0/0", "::/0"], tests: [] } } })).toEqual([
    ["0.0.0.0/0", 443, 443],
    ["::/0", 443, 443],
  ]);
  const own = { ...placeless, network: { create: { cidr: "10.20.0.0/16" } } };
  const waf = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/01234567-89ab-cdef-0123-456789abcdef";
  const nobody = { ...create, subnets: undefined, public: [], tests: [] };
  expect(await open({ ...own, loadBalancer: { create: nobody, waf } })).toEqual([]);
  expect(await open({ ...own, loadBalancer: { create: { ...nobody, public: ["0.0.0.0/0"] }, waf } })).toEqual([
    ["0.0.0.0/0", 443, 443],
  ]);
  expect(await open({})).toEqual([
    ["0.0.0.0/0", 443, 443],
    ["203.0.113.7/32", 8443, 8443],
    ["203.0.113.7/32", 8444, 8444],
  ]);
});
