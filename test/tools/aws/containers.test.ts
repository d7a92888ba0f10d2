import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Made, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => await world?.stop());

const digest = `sha256:${"a".repeat(64)}`;
const containers = (image = `registry.example/shop@${digest}`) =>
  JSON.stringify([
    {
      name: "app",
      image,
      essential: true,
      portMappings: [{ containerPort: 8080 }],
      environment: [
        { name: "ZONE", value: "1" },
        { name: "APP", value: "shop" },
      ],
      secrets: [{ name: "DATABASE_URL", valueFrom: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop" }],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/shop", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app" },
      },
    },
  ]);
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const allow = (action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: "arn:aws:s3:::shop/*" }],
  });

describe.sequential("a service on ECS, as the stand-in makes it", () => {
  let cluster: Made;
  let role: Made;
  let definition: Made;
  let service: Made;

  it("has a cluster", async () => {
    cluster = await world.make("aws:ecs/cluster:Cluster", {
      name: "shop",
      settings: [{ name: "containerInsights", value: "enabled" }],
      tags: { team: "shop" },
    });
    expect(cluster.state).toMatchObject({ arn: cluster.id, name: "shop", tagsAll: { team: "shop" } });
    await cluster.change(
      { ...cluster.inputs, settings: [{ name: "containerInsights", value: "disabled" }] },
      "settings",
    );
    await cluster.change({ ...cluster.inputs, tags: { team: "us" } }, "tags");
    expect(await cluster.diff({ ...cluster.inputs, name: "other" })).toMatchObject({ replaces: ["name"] });
  });

  it("has a role with a policy of its own and one of AWS", async () => {
    role = await world.make("aws:iam/role:Role", {
      name: "shop-task",
      assumeRolePolicy: trust,
      tags: { team: "shop" },
    });
    expect(role.state).toMatchObject({
      arn: "arn:aws:iam::123456789012:role/shop-task",
      path: "/",
      maxSessionDuration: 3600,
    });
    expect(role.state).not.toHaveProperty("region");
    await role.change({ ...role.inputs, description: "what the shop may", tags: {} }, "description", "tags");
    const spaced = JSON.stringify(JSON.parse(trust), undefined, 2);
    expect((await role.diff({ ...role.inputs, assumeRolePolicy: spaced })).changed).toEqual([]);
    const policy = await world.make("aws:iam/rolePolicy:RolePolicy", {
      role: "shop-task",
      name: "objects",
      policy: allow("s3:GetObject"),
    });
    await policy.change({ ...policy.inputs, policy: allow("s3:PutObject") }, "policy");
    await policy.delete();
    // moto knows only the managed policies that it is told of, unless it loads all of them.
    await role.refresh();
  });

  it("has a log group", async () => {
    const logs = await world.make("aws:cloudwatch/logGroup:LogGroup", {
      name: "/shop/app",
      retentionInDays: 30,
      tags: { team: "shop" },
    });
    expect(logs.arn).toMatch(/:log-group:\/shop\/app$/);
    await logs.change({ ...logs.inputs, retentionInDays: 90, tags: { team: "us" } }, "retentionInDays", "tags");
    await logs.change({ ...logs.inputs, retentionInDays: 0 }, "retentionInDays");
    await logs.delete();
  });

  it("has a task definition, each revision of which is another one", async () => {
    const inputs = {
      family: "shop",
      cpu: "256",
      memory: "512",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn: role.arn,
      taskRoleArn: role.arn,
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      containerDefinitions: containers(),
    };
    definition = await world.make("aws:ecs/taskDefinition:TaskDefinition", inputs);
    expect(definition.id).toBe("shop");
    expect(definition.state).toMatchObject({ revision: 1, arn: expect.stringMatching(/task-definition\/shop:1$/) });
    const other = await definition.diff({
      ...inputs,
      containerDefinitions: containers("registry.example/shop@sha256:b"),
    });
    expect(other).toEqual({
      changed: ["containerDefinitions"],
      replaces: ["containerDefinitions"],
      deleteFirst: false,
    });
  });

  it("has a service that is scaled and moved to another revision in place", async () => {
    const { vpcId, subnets } = await world.network();
    const securityGroup = await world.make("aws:ec2/securityGroup:SecurityGroup", {
      name: "shop",
      description: "shop",
      vpcId,
    });
    const group = await world.make("aws:lb/targetGroup:TargetGroup", {
      name: "shop",
      port: 8080,
      protocol: "HTTP",
      targetType: "ip",
      vpcId,
    });
    const inputs = {
      name: "shop-blue",
      cluster: cluster.arn,
      launchType: "FARGATE",
      desiredCount: 2,
      taskDefinition: definition.arn,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      networkConfiguration: { subnets, securityGroups: [securityGroup.id] },
      loadBalancers: [{ targetGroupArn: group.arn, containerName: "app", containerPort: 8080 }],
      healthCheckGracePeriodSeconds: 30,
      propagateTags: "SERVICE",
      enableEcsManagedTags: true,
    };
    service = await world.make("aws:ecs/service:Service", inputs);
    expect(service.state).toMatchObject({
      arn: service.id,
      deploymentMaximumPercent: 200,
      schedulingStrategy: "REPLICA",
    });
    await service.change({ ...inputs, desiredCount: 3 }, "desiredCount");
    const second = await world.make("aws:ecs/taskDefinition:TaskDefinition", {
      ...definition.inputs,
      containerDefinitions: containers("registry.example/shop@sha256:b"),
    });
    await service.change({ ...inputs, desiredCount: 3, taskDefinition: second.arn }, "taskDefinition");
    expect(await service.diff({ ...inputs, cluster: "other" })).toMatchObject({
      replaces: ["cluster"],
      deleteFirst: true,
    });
    expect(await service.imported()).toMatchObject({ name: "shop-blue", desiredCount: 3 });
    await second.delete();
  });

  it("is gone, piece by piece", async () => {
    for (const made of [service, definition, role, cluster]) await made.delete();
  });
});

describe.sequential("rules of a security group", () => {
  it("are made, changed, and gone", async () => {
    const { vpcId } = await world.network();
    const group = await world.make("aws:ec2/securityGroup:SecurityGroup", {
      name: "edge",
      description: "edge",
      vpcId,
      tags: { team: "shop" },
    });
    const open = {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "0.0.0.0/0",
      description: "users",
    };
    const ingress = await world.make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", open);
    await ingress.change({ ...open, cidrIpv4: "10.0.0.0/8" }, "cidrIpv4");
    const egress = await world.make("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 8080,
      toPort: 8080,
      referencedSecurityGroupId: group.id,
      description: "the tasks",
    });
    expect(egress.arn).toContain(":security-group-rule/");
    for (const made of [ingress, egress, group]) await made.delete();
  });

  it("refuses one with two sources", async () => {
    const two = { securityGroupId: "sg-1", ipProtocol: "tcp", cidrIpv4: "10.0.0.0/8", cidrIpv6: "::/0" };
    const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const { failures } = await world.standIn.check({ type, name: "two" }, {}, two);
    expect(failures).toEqual([{ property: "cidrIpv4", reason: expect.stringContaining("exactly one of") }]);
  });
});
