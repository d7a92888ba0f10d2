import { AlarmType, type CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";

/** The state of alarms by their names, composite ones among them; without those that are not there. */
export async function alarmStates(
  client: CloudWatchClient,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (names.length === 0) return {};
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...names],
      AlarmTypes: [AlarmType.CompositeAlarm, AlarmType.MetricAlarm],
    }),
    { abortSignal },
  );
  return Object.fromEntries(
    [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName = "", StateValue = "" }) => [AlarmName, StateValue]),
  );
}

/** Names of the metric alarms of that beginning that fire now, at most a hundred. */
export async function firing(
  client: CloudWatchClient,
  AlarmNamePrefix: string,
  abortSignal: AbortSignal,
): Promise<string[]> {
  const { MetricAlarms = [] } = await client.send(
    new DescribeAlarmsCommand({
      AlarmNamePrefix,
      StateValue: "ALARM",
      AlarmTypes: [AlarmType.MetricAlarm],
      MaxRecords: 100,
    }),
    { abortSignal },
  );
  return MetricAlarms.flatMap(({ AlarmName }) => AlarmName ?? []);
}
