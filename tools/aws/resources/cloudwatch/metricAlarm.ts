import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type Dimension,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  type StandardUnit,
  type Statistic,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagList } from "../tags.ts";
import { readTags, tagAlarm } from "./tags.ts";

const actions = z.array(z.string()).max(5).optional();
const dimensions = z.record(z.string(), z.string()).optional();
const metricQuery = z.strictObject({
  id: z.string().regex(/^[a-z]\w*$/, "id must begin with a small letter"),
  accountId: z.string().optional(),
  expression: z.string().optional(),
  label: z.string().optional(),
  period: z.number().int().optional(),
  returnData: z.boolean().default(false),
  metric: z
    .strictObject({
      metricName: z.string(),
      namespace: z.string().optional(),
      period: z.number().int(),
      stat: z.string(),
      unit: z.string().optional(),
      dimensions,
    })
    .optional(),
});
const comparison = z.enum([
  ...(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold"] as const),
  ...(["LessThanOrEqualToThreshold"] as const),
]);
const inputs = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  alarmDescription: z.string().max(1024).optional(),
  actionsEnabled: z.boolean().default(true),
  alarmActions: actions,
  okActions: actions,
  insufficientDataActions: actions,
  comparisonOperator: comparison,
  evaluationPeriods: z.number().int().min(1),
  datapointsToAlarm: z.number().int().min(1).optional(),
  threshold: z.number().optional(),
  treatMissingData: z.enum(["missing", "ignore", "breaching", "notBreaching"]).default("missing"),
  metricName: z.string().optional(),
  namespace: z.string().optional(),
  dimensions,
  period: z.number().int().optional(),
  statistic: z.enum(["SampleCount", "Average", "Sum", "Minimum", "Maximum"]).optional(),
  extendedStatistic: z.string().optional(),
  evaluateLowSampleCountPercentiles: z.enum(["evaluate", "ignore"]).optional(),
  unit: z.string().optional(),
  metricQueries: z.array(metricQuery).optional(),
});
type Inputs = z.infer<typeof inputs>;

export const metricAlarm = kind<Inputs>({
  inputs,
  replaceOn: ["name"],
  computed: ["evaluateLowSampleCountPercentiles"],
  autoName: { property: "name", longest: 255 },
  tag: tagAlarm,
  check(it) {
    const queries = it.metricQueries ?? [];
    if (queries.length === 0 && it.metricName === undefined)
      return { metricName: "a metricName or metricQueries is needed" };
    if (queries.length > 0 && it.metricName !== undefined)
      return { metricName: "metricName and metricQueries exclude each other" };
    if (queries.length > 0 && queries.filter(({ returnData }) => returnData).length !== 1) {
      return { metricQueries: "exactly one of the queries must have returnData" };
    }
    return {};
  },
  async create(step, news) {
    await put(step, news);
    return news.name ?? "";
  },
  async read({ aws }, id) {
    const request = new DescribeAlarmsCommand({ AlarmNames: [id], AlarmTypes: ["MetricAlarm"] });
    const { MetricAlarms: all } = await aws.client(CloudWatchClient).send(request);
    const found = all?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.AlarmArn,
      name: found.AlarmName,
      alarmDescription: found.AlarmDescription,
      actionsEnabled: found.ActionsEnabled,
      alarmActions: found.AlarmActions,
      okActions: found.OKActions,
      insufficientDataActions: found.InsufficientDataActions,
      comparisonOperator: found.ComparisonOperator,
      evaluationPeriods: found.EvaluationPeriods,
      datapointsToAlarm: found.DatapointsToAlarm,
      threshold: found.Threshold,
      treatMissingData: found.TreatMissingData ?? "missing",
      metricName: found.MetricName,
      namespace: found.Namespace,
      dimensions: bagOf(found.Dimensions),
      period: found.Period,
      statistic: found.Statistic,
      extendedStatistic: found.ExtendedStatistic,
      evaluateLowSampleCountPercentiles: found.EvaluateLowSampleCountPercentile,
      unit: found.Unit,
      metricQueries: found.Metrics?.map((query) => ({
        id: query.Id,
        accountId: query.AccountId,
        expression: query.Expression,
        label: query.Label,
        period: query.Period,
        returnData: query.ReturnData ?? false,
        metric:
          query.MetricStat === undefined
            ? undefined
            : {
                metricName: query.MetricStat.Metric?.MetricName,
                namespace: query.MetricStat.Metric?.Namespace,
                period: query.MetricStat.Period,
                stat: query.MetricStat.Stat,
                unit: query.MetricStat.Unit,
                dimensions: bagOf(query.MetricStat.Metric?.Dimensions),
              },
      })),
      tagsAll: await readTags(aws, found.AlarmArn ?? ""),
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id) {
    await orGone(aws.client(CloudWatchClient).send(new DeleteAlarmsCommand({ AlarmNames: [id] })), "ResourceNotFound");
  },
});

async function put({ aws, tags }: Step, news: Inputs): Promise<void> {
  await aws.client(CloudWatchClient).send(
    new PutMetricAlarmCommand({
      AlarmName: news.name,
      AlarmDescription: news.alarmDescription,
      ActionsEnabled: news.actionsEnabled,
      AlarmActions: news.alarmActions ?? [],
      OKActions: news.okActions ?? [],
      InsufficientDataActions: news.insufficientDataActions ?? [],
      ComparisonOperator: news.comparisonOperator,
      EvaluationPeriods: news.evaluationPeriods,
      DatapointsToAlarm: news.datapointsToAlarm,
      Threshold: news.threshold,
      TreatMissingData: news.treatMissingData,
      MetricName: news.metricName,
      Namespace: news.namespace,
      ...(news.dimensions === undefined ? {} : { Dimensions: listOf(news.dimensions) }),
      Period: news.period,
      Statistic: news.statistic as Statistic | undefined,
      ExtendedStatistic: news.extendedStatistic,
      EvaluateLowSampleCountPercentile: news.evaluateLowSampleCountPercentiles,
      Unit: news.unit as StandardUnit | undefined,
      ...(news.metricQueries === undefined ? {} : { Metrics: news.metricQueries.map(queryOf) }),
      ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
    }),
  );
}

function queryOf({
  id,
  accountId,
  expression,
  label,
  period,
  returnData,
  metric,
}: z.infer<typeof metricQuery>): MetricDataQuery {
  return {
    Id: id,
    AccountId: accountId,
    Expression: expression,
    Label: label,
    Period: period,
    ReturnData: returnData,
    ...(metric === undefined
      ? {}
      : {
          MetricStat: {
            Metric: {
              MetricName: metric.metricName,
              Namespace: metric.namespace,
              Dimensions: listOf(metric.dimensions ?? {}),
            },
            Period: metric.period,
            Stat: metric.stat,
            Unit: metric.unit as StandardUnit | undefined,
          },
        }),
  };
}

function listOf(bag: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(bag).map(([Name, Value]) => ({ Name, Value }));
}

function bagOf(list: readonly Dimension[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ Name = "", Value = "" }) => [Name, Value]));
}
