import type { EnvironmentName } from "../../release/environment.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import * as pulumi from "../pulumi.ts";
import {
  type AlarmMetric,
  type AlarmRule,
  alarmName,
  anyFires,
  databaseAlarms,
  loadBalancerAlarms,
  noGoAlarm,
  serviceAlarms,
} from "./alarmRules.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";
import { topicKeyPolicy, topicPolicy } from "./taskPolicies.ts";

export interface ReleaseAlarmsArgs {
  stack: string;
  account: string;
  region: string;
  thresholds: Thresholds;
  services: string[];
  /** Environments that have a version: an empty one has nothing to watch. */
  environments: EnvironmentName[];
  /** What CloudWatch calls the load balancer. */
  loadBalancer: pulumi.Input<string>;
  /** What CloudWatch calls each service's target group, by environment. */
  targetGroups: Record<EnvironmentName, Record<string, pulumi.Input<string>>>;
  /** The database's identifier and limits. Left out where the stack has none. */
  database?: { instance?: string; cluster?: string; cpu: number; connections?: number; storage: number };
  /** ARN of a topic that is there already. Left out, one is made. */
  topic?: string;
}

/** When a release is a no-go, by what CloudWatch hears: alarms for each service and environment, and one for all of an environment. */
export class ReleaseAlarms extends pulumi.ComponentResource {
  /** Name of the alarm that says no-go, by environment. */
  readonly noGo: Partial<Record<EnvironmentName, pulumi.Output<string>>>;
  /** ARN of the topic that is told. */
  readonly topic: pulumi.Output<string>;
  /** ARN of the topic's key, where the topic is the stack's own. */
  readonly topicKey: pulumi.Output<string> | undefined;

  constructor(name: string, args: ReleaseAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:ReleaseAlarms", name, { services: args.services, thresholds: args.thresholds }, opts);
    const own = args.topic === undefined ? this.#topic(name, args) : undefined;
    this.topic = own?.topic ?? pulumi.output(args.topic ?? "");
    this.topicKey = own?.key;
    const shared = [...this.#loadBalancer(name, args), ...this.#database(name, args)];
    this.noGo = {};
    for (const environment of args.environments) {
      const own = args.services.flatMap((service) =>
        serviceAlarms(args.thresholds).map((rule) => ({
          rule,
          alarm: this.#alarm(name, alarmName(environment, service, rule), rule, args, {
            LoadBalancer: args.loadBalancer,
            TargetGroup: args.targetGroups[environment][service] ?? "",
          }),
        })),
      );
      const deciding = [...own.filter(({ rule }) => rule.noGo).map(({ alarm }) => alarm), ...shared];
      this.noGo[environment] = new AwsResource(
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        `${name}-${environment}-no-go`,
        {
          alarmName: noGoAlarm(args.stack, environment),
          alarmDescription: `${environment} is a no-go: one of its alarms fires.`,
          alarmRule: anyFires(deciding.map((it) => it.physical)),
          alarmActions: [this.topic],
          okActions: [this.topic],
        },
        { parent: this, dependsOn: deciding.map((it) => it.resource) },
        ["alarmName"],
      ).out("alarmName");
    }
    this.registerOutputs({ topic: this.topic });
  }

  #loadBalancer(name: string, args: ReleaseAlarmsArgs): Alarm[] {
    return loadBalancerAlarms(args.thresholds).map((rule) =>
      this.#alarm(name, rule.name, rule, args, { LoadBalancer: args.loadBalancer }),
    );
  }

  #database(name: string, { database, stack }: ReleaseAlarmsArgs): Alarm[] {
    if (database === undefined) return [];
    const { instance, cluster, cpu, connections, storage } = database;
    const limits = { cpu, connections, ...(instance === undefined ? {} : { storage }) };
    return databaseAlarms(limits).map((rule) => {
      const physical = physicalName("alarm", stack, rule.name);
      const resource = new AwsResource(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        `${name}-${rule.name}`,
        {
          name: physical,
          alarmDescription: rule.description,
          namespace: "AWS/RDS",
          metricName: rule.metric,
          statistic: rule.stat,
          dimensions:
            instance === undefined ? { DBClusterIdentifier: cluster ?? "" } : { DBInstanceIdentifier: instance },
          ...judgement(rule),
          period: rule.period,
        },
        { parent: this },
      );
      return { physical, resource };
    });
  }

  #alarm(
    name: string,
    own: string,
    rule: AlarmRule,
    { stack }: ReleaseAlarmsArgs,
    dimensions: Record<string, pulumi.Input<string>>,
  ): Alarm {
    const physical = physicalName("alarm", stack, own);
    const metric = (it: AlarmMetric) => ({
      namespace: "AWS/ApplicationELB",
      metricName: it.metric,
      stat: it.stat,
      period: rule.period,
      dimensions,
    });
    const [first] = rule.metrics;
    const queries = rule.metrics.map((it) => ({
      id: it.id,
      metric: metric(it),
      returnData: rule.expression === undefined && it === first,
    }));
    const resource = new AwsResource(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      `${name}-${own}`,
      {
        name: physical,
        alarmDescription: rule.description,
        ...judgement(rule),
        metricQueries: [
          ...(rule.expression === undefined
            ? []
            : [{ id: "judged", expression: rule.expression, label: rule.name, returnData: true }]),
          ...queries,
        ],
      },
      { parent: this },
    );
    return { physical, resource };
  }

  /** CloudWatch may use the topic's key, which the key that SNS has by itself would not let it. */
  #topic(name: string, { stack, account, region }: ReleaseAlarmsArgs) {
    const key = new AwsResource(
      "aws:kms/key:Key",
      `${name}-topic`,
      {
        description: `Messages of the alarms of ${stack}`,
        enableKeyRotation: true,
        deletionWindowInDays: 7,
        policy: JSON.stringify(topicKeyPolicy(account, region)),
      },
      { parent: this },
      ["arn"],
    );
    const topic = new AwsResource(
      "aws:sns/topic:Topic",
      name,
      { name: physicalName("topic", stack, "release-alarms"), kmsMasterKeyId: key.out("arn") },
      { parent: this },
      ["arn"],
    ).out("arn");
    new AwsResource(
      "aws:sns/topicPolicy:TopicPolicy",
      name,
      { arn: topic, policy: topic.apply((arn) => JSON.stringify(topicPolicy(account, arn))) },
      { parent: this },
    );
    return { topic, key: key.out("arn") };
  }
}

interface Alarm {
  readonly physical: string;
  readonly resource: pulumi.Resource;
}

function judgement(rule: Pick<AlarmRule, "comparison" | "threshold" | "periods" | "missing">) {
  return {
    comparisonOperator: rule.comparison,
    threshold: rule.threshold,
    evaluationPeriods: rule.periods,
    datapointsToAlarm: rule.periods,
    treatMissingData: rule.missing,
  };
}
