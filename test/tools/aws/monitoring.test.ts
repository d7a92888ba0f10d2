import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Made, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => await world?.stop());

const dimensions = { LoadBalancer: "app/shop/0123456789abcdef", TargetGroup: "targetgroup/blue/0123456789abcdef" };
const unhealthy = {
  name: "shop-blue-unhealthy",
  ...{
    namespace: "AWS/ApplicationELB",
    metricName: "UnHealthyHostCount",
    dimensions,
    statistic: "Maximum",
    period: 60,
  },
  ...{ comparisonOperator: "GreaterThanThreshold", threshold: 0, evaluationPeriods: 3, treatMissingData: "breaching" },
};
const stat = (metricName: string) => ({
  metricName,
  namespace: "AWS/ApplicationELB",
  period: 60,
  stat: "Sum",
  dimensions,
});
const errors = {
  name: "shop-blue-errors",
  ...{ comparisonOperator: "GreaterThanThreshold", threshold: 1, evaluationPeriods: 5, treatMissingData: "breaching" },
  metricQueries: [
    { id: "failed", metric: stat("HTTPCode_Target_5XX_Count") },
    { id: "all", metric: stat("RequestCount") },
    { id: "rate", expression: "100 * failed / all", label: "errors in %", returnData: true },
  ],
};

describe.sequential("alarms, as the stand-in makes them", () => {
  let metric: Made;
  let composite: Made;

  it("are made of one metric, and change in place", async () => {
    metric = await world.make("aws:cloudwatch/metricAlarm:MetricAlarm", { ...unhealthy, tags: { team: "shop" } });
    expect(metric.arn).toMatch(/:alarm:shop-blue-unhealthy$/);
    await metric.change({ ...metric.inputs, evaluationPeriods: 5 }, "evaluationPeriods");
    await metric.change({ ...metric.inputs, tags: { team: "us" } }, "tags");
    expect(await metric.diff({ ...metric.inputs, name: "other" })).toMatchObject({ replaces: ["name"] });
  });

  it("are made of an expression over metrics", async () => {
    const made = await world.make("aws:cloudwatch/metricAlarm:MetricAlarm", errors);
    await made.change({ ...errors, threshold: 2 }, "threshold");
    await made.delete();
  });

  it("are made of percentiles", async () => {
    const { statistic: _, ...rest } = unhealthy;
    const slow = { ...rest, name: "slow", metricName: "TargetResponseTime", extendedStatistic: "p95", threshold: 5 };
    await (await world.make("aws:cloudwatch/metricAlarm:MetricAlarm", slow)).delete();
  });

  it.each([
    ["neither a metric nor queries", { ...errors, metricQueries: [] }, "a metricName or metricQueries is needed"],
    [
      "two results",
      { ...errors, metricQueries: errors.metricQueries.map((query) => ({ ...query, returnData: true })) },
      "exactly one",
    ],
  ])("are refused with %s", async (_, given, says) => {
    const { failures } = await world.standIn.check(
      { type: "aws:cloudwatch/metricAlarm:MetricAlarm", name: "wrong" },
      {},
      given,
    );
    expect(failures.map(({ reason }) => reason).join()).toContain(says);
  });

  it("are brought together by a composite one", async () => {
    const inputs = {
      alarmName: "shop-no-go",
      alarmRule: `ALARM("${unhealthy.name}")`,
      alarmActions: [],
      tags: { team: "shop" },
    };
    composite = await world.make("aws:cloudwatch/compositeAlarm:CompositeAlarm", inputs);
    await composite.change({ ...inputs, alarmDescription: "go back" }, "alarmDescription");
    await composite.change({ ...composite.inputs, tags: {} }, "tags");
    expect(await composite.diff({ ...inputs, alarmName: "other" })).toMatchObject({ replaces: ["alarmName"] });
  });

  it("have a composite state that follows from theirs", async () => {
    const state = async () => {
      const request = new DescribeAlarmsCommand({
        AlarmNames: ["shop-no-go"],
        AlarmTypes: ["CompositeAlarm", "MetricAlarm"],
      });
      return (await new CloudWatchClient(world.client).send(request)).CompositeAlarms?.[0]?.StateValue;
    };
    expect(await state()).toBe("OK");
    await world.simulator.setAlarm(unhealthy.name, "ALARM", "three are unhealthy", "eu-central-1");
    expect(await state()).toBe("ALARM");
    await world.simulator.setAlarm(unhealthy.name, "OK", "all are well", "eu-central-1");
    await world.simulator.setAlarm("shop-no-go", "ALARM", "ordered", "eu-central-1");
    expect(await state()).toBe("ALARM");
  });

  it.each([
    ["ALARM(nobody)", "there is no alarm nobody"],
    ['ALARM("shop-blue-unhealthy"', "is not closed"],
    ["SOMETIMES", "is not expected"],
  ])("refuse a composite rule %s", async (alarmRule, says) => {
    await expect(
      world.make("aws:cloudwatch/compositeAlarm:CompositeAlarm", { alarmName: "wrong", alarmRule }),
    ).rejects.toThrow(says);
  });

  it("are gone, the composite one first", async () => {
    await composite.delete();
    await metric.delete();
  });
});

describe.sequential("what stands around alarms", () => {
  it("is a dashboard", async () => {
    const body = (title: string) =>
      JSON.stringify({
        widgets: [
          {
            type: "metric",
            x: 0,
            y: 0,
            width: 12,
            height: 6,
            properties: { title, region: "eu-central-1", metrics: [["AWS/ECS", "CPUUtilization"]] },
          },
        ],
      });
    const made = await world.make("aws:cloudwatch/dashboard:Dashboard", {
      dashboardName: "shop",
      dashboardBody: body("one"),
    });
    expect(made.state.dashboardArn).toMatch(/dashboard\/shop$/);
    await made.change({ dashboardName: "shop", dashboardBody: body("two") }, "dashboardBody");
    await made.delete();
  });

  it("is an encrypted topic with a policy and a subscription", async () => {
    const key = await world.make("aws:kms/key:Key", {
      description: "for the topic",
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      tags: { team: "shop" },
    });
    await key.change({ ...key.inputs, description: "for topics", tags: { team: "us" } }, "description", "tags");
    const topic = await world.make("aws:sns/topic:Topic", {
      name: "shop-alarms",
      kmsMasterKeyId: key.arn,
      tags: { team: "shop" },
    });
    await topic.change({ ...topic.inputs, displayName: "Shop", tags: { team: "us" } }, "displayName", "tags");
    const policy = (who: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: who }, Action: "sns:Publish", Resource: topic.arn }],
      });
    const allowed = await world.make("aws:sns/topicPolicy:TopicPolicy", {
      arn: topic.arn,
      policy: policy("cloudwatch.amazonaws.com"),
    });
    await topic.refresh();
    await allowed.change({ arn: topic.arn, policy: policy("events.amazonaws.com") }, "policy");
    const subscription = await world.make("aws:sns/topicSubscription:TopicSubscription", {
      topic: topic.arn,
      protocol: "email",
      endpoint: "on-call@example.invalid",
    });
    for (const made of [subscription, allowed, topic, key]) await made.delete();
  });

  it("is scaling by load", async () => {
    const cluster = await world.make("aws:ecs/cluster:Cluster", { name: "scaled" });
    const containerDefinitions = JSON.stringify([{ name: "app", image: "none", memory: 128 }]);
    const definition = await world.make("aws:ecs/taskDefinition:TaskDefinition", {
      family: "scaled",
      containerDefinitions,
    });
    const service = await world.make("aws:ecs/service:Service", {
      name: "app",
      cluster: cluster.arn,
      desiredCount: 0,
      taskDefinition: definition.arn,
    });
    const at = {
      resourceId: "service/scaled/app",
      scalableDimension: "ecs:service:DesiredCount",
      serviceNamespace: "ecs",
    };
    const target = await world.make("aws:appautoscaling/target:Target", { ...at, minCapacity: 2, maxCapacity: 10 });
    await target.change({ ...at, minCapacity: 2, maxCapacity: 20, tags: { team: "shop" } }, "maxCapacity", "tags");
    const tracking = (targetValue: number) => ({
      targetValue,
      scaleInCooldown: 300,
      scaleOutCooldown: 60,
      predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
    });
    const inputs = {
      ...at,
      name: "cpu",
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: tracking(60),
    };
    const policy = await world.make("aws:appautoscaling/policy:Policy", inputs);
    await policy.change(
      { ...inputs, targetTrackingScalingPolicyConfiguration: tracking(70) },
      "targetTrackingScalingPolicyConfiguration",
    );
    for (const made of [policy, target, service, definition, cluster]) await made.delete();
  });
});
