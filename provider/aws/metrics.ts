import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { Problem } from "../../release/problem.ts";

/** One metric, by what CloudWatch calls it. */
export interface AskedMetric {
  readonly namespace: string;
  readonly metric: string;
  /** Such as `Sum` or `p95`. */
  readonly stat: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values by the epoch ms at which their minute begins. */
export type Minutes = ReadonlyMap<number, number>;

export const minuteMs = 60_000;

/**
 * Reads metrics minute by minute.
 *
 * @param from start of the first minute, epoch ms
 * @param to end of the last minute, epoch ms
 * @returns in the order of `asked`; a minute without a value is not in it
 * @throws Problem where CloudWatch answers a part only: what is missing must not look like nothing
 */
export async function readMetrics(
  client: CloudWatchClient,
  asked: readonly AskedMetric[],
  from: number,
  to: number,
  abortSignal: AbortSignal,
): Promise<Minutes[]> {
  if (asked.length === 0 || to <= from) return asked.map(() => new Map());
  const MetricDataQueries: MetricDataQuery[] = asked.map((it, at) => ({
    Id: `m${at}`,
    MetricStat: {
      Metric: {
        Namespace: it.namespace,
        MetricName: it.metric,
        Dimensions: Object.entries(it.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Stat: it.stat,
      Period: minuteMs / 1_000,
    },
  }));
  const found = asked.map(() => new Map<number, number>());
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries,
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: "TimestampAscending",
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
      { abortSignal },
    );
    for (const { Id = "", StatusCode, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const minutes = found[Number(Id.slice(1))];
      if (StatusCode === "InternalError" || StatusCode === "Forbidden") {
        throw new Problem({ happened: `CloudWatch did not tell all metrics (${StatusCode}).` });
      }
      for (const [at, time] of Timestamps.entries()) {
        const value = Values[at];
        const minute = Math.floor(time.getTime() / minuteMs) * minuteMs;
        if (value !== undefined && minute >= from && minute < to) minutes?.set(minute, value);
      }
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== "");
  return found;
}
