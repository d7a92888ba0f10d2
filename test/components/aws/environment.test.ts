import { beforeAll, describe, expect, it } from "vitest";
import type { Recorded } from "../recorded.ts";
import { digest, manifest, one, settings, stack } from "./shop.ts";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-AbCdEf:url::";

/** The smallest stack, which several parts look at. */
let smallest: Recorded[];
beforeAll(async () => {
  smallest = (await stack({ blue: manifest("v1") })).resources;
});

describe("an environment on AWS", () => {
  let resources: Recorded[];
  beforeAll(async () => {
    const made = await stack(
      { blue: manifest("v1") },
      {
        aws: {
          services: {
            api: {
              ...settings.aws.services.api,
              cpu: 1024,
              memory: 2048,
              architecture: "ARM64",
              secrets: { DATABASE_URL: secret },
              taskRole: "arn:aws:iam::123456789012:role/shop-api",
            },
            web: { ...settings.aws.services.web, scaling: { most: 12, cpu: 55 } },
          },
          logs: 90,
        },
      },
    );
    resources = made.resources;
  });

  it("starts each service's tasks behind its target group, in the private subnets, without addresses of their own", () => {
    expect(one(resources, "ecs:Service", "blue-api").inputs).toEqual({
      name: "prod-blue-api",
      cluster: "arn:Cluster/cluster",
      launchType: "FARGATE",
      taskDefinition: "arn:TaskDefinition/blue-api",
      desiredCount: 2,
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriodSeconds: 15,
      networkConfiguration: {
        subnets: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
        securityGroups: ["network-tasks-id"],
        assignPublicIp: false,
      },
      loadBalancers: [
        { targetGroupArn: "arn:TargetGroup/blue-targets-api", containerName: "api", containerPort: 8080 },
      ],
      propagateTags: "SERVICE",
      enableEcsManagedTags: true,
      enableExecuteCommand: false,
      waitForSteadyState: false,
    });
  });

  it("runs the manifest's image by digest, with its variables, and secrets by reference alone", () => {
    const definition = one(resources, "ecs:TaskDefinition", "blue-api").inputs;
    expect(definition).toMatchObject({
      family: "prod-blue-api",
      cpu: "1024",
      memory: "2048",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      executionRoleArn: "arn:Role/blue-api-execution",
      taskRoleArn: "arn:aws:iam::123456789012:role/shop-api",
    });
    const [container] = JSON.parse(String(definition.containerDefinitions));
    expect(container.image).toContain(`@${digest("v1")}`);
    expect(container.environment).toEqual([
      { name: "CURRENCY", value: "EUR" },
      { name: "LOG_LEVEL", value: "info" },
    ]);
    expect(container.secrets).toEqual([{ name: "DATABASE_URL", valueFrom: secret }]);
  });

  it("gives a service without a role one that may do nothing, and one with a role no other", () => {
    expect(one(resources, "iam:Role", "blue-web-task").inputs.name).toBe("prod-blue-web-run");
    expect(resources.filter(({ name }) => name === "blue-api-task")).toEqual([]);
    const policies = resources.filter(({ type }) => type === "iam:RolePolicy").map(({ inputs }) => inputs.role);
    expect(policies).toEqual(["prod-blue-api-start", "prod-blue-web-start"]);
  });

  it("keeps logs for as long as the settings say", () => {
    expect(one(resources, "cloudwatch:LogGroup", "blue-api-log").inputs).toEqual({
      name: "/greenlight/prod-blue-api",
      retentionInDays: 90,
    });
  });

  it("scales by load where the settings ask for it, and then leaves the number of tasks alone", () => {
    expect(one(resources, "ecs:Service", "blue-web").ignored).toEqual(["desiredCount"]);
    expect(one(resources, "ecs:Service", "blue-api").ignored).toEqual([]);
    expect(one(resources, "appautoscaling:Target", "blue-web").inputs).toEqual({
      resourceId: "service/prod/prod-blue-web",
      scalableDimension: "ecs:service:DesiredCount",
      serviceNamespace: "ecs",
      minCapacity: 3,
      maxCapacity: 12,
    });
    expect(one(resources, "appautoscaling:Policy", "blue-web-cpu").inputs).toMatchObject({
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 55,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
    });
  });

  it("raises a side to the size of the one that serves before the gate of the switch, of services that scale", () => {
    expect(one(resources, "aws:TasksMatched", "traffic-tasks")).toMatchObject({
      inputs: {
        cluster: "prod",
        services: [
          {
            ...{ service: "web", blue: "prod-blue-web", green: "prod-green-web" },
            targetGroups: { blue: "arn:TargetGroup/blue-targets-web", green: "arn:TargetGroup/green-targets-web" },
          },
        ],
        weights: { blue: 100, green: 0 },
        deadlineMs: 600_000,
      },
      after: expect.arrayContaining(["index:SmokeGate blue-smoke"]),
    });
    expect(one(resources, "aws:SwitchGate", "traffic-gate").after).toContain("aws:TasksMatched traffic-tasks");
  });

  it("reads back that what was asked runs: definition and digest of every service, as many as asked", () => {
    expect(one(resources, "aws:SteadyState", "blue-steady").inputs).toEqual({
      region: "eu-central-1",
      cluster: "arn:Cluster/cluster",
      environment: "blue",
      version: "v1",
      services: [
        {
          service: "api",
          name: "prod-blue-api",
          taskDefinition: "arn:TaskDefinition/blue-api",
          container: "api",
          digest: digest("v1"),
          least: 2,
        },
        {
          service: "web",
          name: "prod-blue-web",
          taskDefinition: "arn:TaskDefinition/blue-web",
          container: "web",
          digest: digest("v1"),
          least: 3,
        },
      ],
      intervalMs: 5_000,
      deadlineMs: 900_000,
    });
  });

  it("asks the load balancer for every target's health", () => {
    expect(one(resources, "aws:TargetsHealthy", "blue-health").inputs).toMatchObject({
      targetGroups: [
        { service: "api", arn: "arn:TargetGroup/blue-targets-api", least: 2 },
        { service: "web", arn: "arn:TargetGroup/blue-targets-web", least: 3 },
      ],
      successes: 3,
      incarnations: ["arn:TaskDefinition/blue-api", "arn:TaskDefinition/blue-web"],
    });
  });

  it("runs the smoke test against the environment's own listener", () => {
    expect(one(resources, "index:SmokeGate", "blue-smoke").inputs).toMatchObject({
      command: ["npm", "test"],
      env: {
        API_URL: "https://shop.example:8443",
        WEB_URL: "https://shop.example:8443",
        EXPECT_VERSION: "v1",
        EXPECT_ENVIRONMENT: "blue",
        BASKETS: "2",
      },
      logFile: "/project/.greenlight/prod/logs/blue-smoke.log",
    });
  });

  it("runs it where the settings say that a side is reached, and the other services at the listener all the same", async () => {
    const { api, web } = settings.aws.services;
    const addresses = { blue: "https://api-blue.shop.internal" };
    const made = await stack({ blue: manifest("v1") }, { aws: { services: { api: { ...api, addresses }, web } } });
    expect(one(made.resources, "index:SmokeGate", "blue-smoke").inputs.env).toMatchObject({
      API_URL: "https://api-blue.shop.internal",
      WEB_URL: "https://shop.example:8443",
    });
  });
});

describe("the target groups of an environment", () => {
  it("check health as the settings say, and let a target that leaves finish its requests", () => {
    expect(one(smallest, "lb:TargetGroup", "green-targets-web").inputs).toEqual({
      name: "prod-green-web",
      port: 80,
      protocol: "HTTP",
      targetType: "ip",
      vpcId: "vpc-0a1b2c3d",
      deregistrationDelay: 30,
      healthCheck: {
        path: "/ready",
        matcher: "200",
        port: "traffic-port",
        protocol: "HTTP",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
  });

  it("are reached by the environment's own listener only", () => {
    expect(one(smallest, "lb:ListenerRule", "green-targets-web-test").inputs).toEqual({
      listenerArn: "arn:Listener/load-balancer-green",
      priority: 20,
      conditions: [{ hostHeader: { values: ["shop.example"] } }],
      actions: [{ type: "forward", targetGroupArn: "arn:TargetGroup/green-targets-web" }],
    });
  });
});

describe("the load balancer", () => {
  it("is protected, speaks TLS 1.2 or newer on every listener, and answers what no rule knows by itself", () => {
    expect(one(smallest, "lb:LoadBalancer", "load-balancer").inputs).toEqual({
      name: "prod",
      loadBalancerType: "application",
      internal: false,
      subnets: ["subnet-2a1b2c3d", "subnet-3a1b2c3d"],
      securityGroups: ["network-load-balancer-id"],
      enableDeletionProtection: true,
      dropInvalidHeaderFields: true,
    });
    const listeners = smallest.filter(({ type }) => type === "lb:Listener");
    expect(listeners.map(({ name, inputs }) => [name, inputs.port])).toEqual([
      ["load-balancer-users", 443],
      ["load-balancer-blue", 8443],
      ["load-balancer-green", 8444],
    ]);
    for (const { inputs } of listeners) {
      expect(inputs).toMatchObject({
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn: settings.aws.loadBalancer.create.certificate,
        defaultActions: [{ type: "fixed-response", fixedResponse: { statusCode: "404" } }],
      });
    }
  });
});

describe("the alarms of a release", () => {
  it("judge each service by its own target group, and never read silence as good", () => {
    const alarms = smallest.filter(({ type }) => type === "cloudwatch:MetricAlarm");
    expect(alarms.map(({ name }) => name).sort()).toEqual([
      "alarms-blue-api-errors",
      "alarms-blue-api-p95",
      "alarms-blue-api-silence",
      "alarms-blue-api-unhealthy",
      "alarms-blue-web-errors",
      "alarms-blue-web-p95",
      "alarms-blue-web-silence",
      "alarms-blue-web-unhealthy",
      "alarms-load-balancer-errors",
    ]);
    for (const { name, inputs } of alarms) {
      expect(["missing", "breaching"], name).toContain(inputs.treatMissingData);
      const queries = inputs.metricQueries as { returnData: boolean }[];
      expect(
        queries.filter(({ returnData }) => returnData),
        name,
      ).toHaveLength(1);
    }
    expect(one(smallest, "cloudwatch:MetricAlarm", "alarms-blue-api-errors").inputs).toMatchObject({
      name: "prod-blue-api-errors",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 1,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      metricQueries: [
        { id: "judged", expression: "100 * FILL(errors, 0) / requests", returnData: true },
        {
          id: "errors",
          returnData: false,
          metric: {
            namespace: "AWS/ApplicationELB",
            metricName: "HTTPCode_Target_5XX_Count",
            stat: "Sum",
            period: 60,
            dimensions: {
              LoadBalancer: "suffix:LoadBalancer/load-balancer",
              TargetGroup: "suffix:TargetGroup/blue-targets-api",
            },
          },
        },
        { id: "requests" },
      ],
    });
  });

  it("are one no-go for an environment, without the alarm that only says that nobody can judge", () => {
    const { inputs } = one(smallest, "cloudwatch:CompositeAlarm", "alarms-blue-no-go");
    expect(inputs.alarmRule).toBe(
      [
        "prod-blue-api-errors",
        "prod-blue-api-p95",
        "prod-blue-api-unhealthy",
        "prod-blue-web-errors",
        "prod-blue-web-p95",
        "prod-blue-web-unhealthy",
        "prod-load-balancer-errors",
      ]
        .map((name) => `ALARM("${name}")`)
        .join(" OR "),
    );
    expect(inputs).toMatchObject({ alarmName: "prod-blue-no-go", alarmActions: ["arn:Topic/alarms"] });
  });

  it("tell a topic that is encrypted with a key which CloudWatch may use", () => {
    expect(one(smallest, "sns:Topic", "alarms").inputs.kmsMasterKeyId).toBe("arn:Key/alarms-topic");
    expect(one(smallest, "kms:Key", "alarms-topic").inputs).toMatchObject({ enableKeyRotation: true });
    expect(JSON.parse(String(one(smallest, "sns:TopicPolicy", "alarms").inputs.policy)).Statement[0]).toMatchObject({
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Resource: "arn:Topic/alarms",
    });
  });
});
