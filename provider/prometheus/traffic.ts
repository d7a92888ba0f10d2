import { z } from "zod";
import type { Period } from "../../release/observation.ts";
import type { Prometheus } from "./prometheus.ts";
import { fill, type TrafficQueries } from "./queries.ts";

const matrix = z.looseObject({
  data: z.looseObject({
    resultType: z.literal("matrix"),
    result: z.array(z.looseObject({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});

/** Values by the epoch ms at which their stretch of time ends. */
type Values = ReadonlyMap<number, number>;

/**
 * Reads what each service was asked and answered, stretch by stretch. One of which nothing was told, though of a later one something was,
 * is there and marked: a gap is no good news.
 *
 * A counter that appears with its first value is counted from its second reading on, by PromQL's own rule: the first failures of an
 * ingress that had none before are seen one reading late.
 *
 * @param queries by service
 * @param from start of the first stretch, epoch ms; `to` the end of the last
 * @param lengthMs length of each
 * @throws Problem where it does not tell
 */
export async function readTraffic(
  prometheus: Prometheus,
  queries: Readonly<Record<string, TrafficQueries>>,
  { from, to, lengthMs }: { readonly from: number; readonly to: number; readonly lengthMs: number },
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly Period[]>>> {
  if (to - from < lengthMs) return Object.fromEntries(Object.keys(queries).map((service) => [service, []]));
  const ask = (query: string) => readValues(prometheus, query, { from, to, lengthMs }, signal);
  return Object.fromEntries(
    await Promise.all(
      Object.entries(queries).map(async ([service, it]) => {
        const [requests, errors, p95] = await Promise.all([ask(it.requests), ask(it.errors), ask(it.p95)]);
        return [service, periodsOf({ requests, errors, p95 }, from, lengthMs)] as const;
      }),
    ),
  );
}

function periodsOf(
  { requests, errors, p95 }: { readonly requests: Values; readonly errors: Values; readonly p95: Values },
  from: number,
  lengthMs: number,
): Period[] {
  const last = Math.max(Number.NEGATIVE_INFINITY, ...requests.keys());
  const periods: Period[] = [];
  for (let end = from + lengthMs; end <= last; end += lengthMs) {
    const counted = requests.get(end);
    // Between two readings PromQL reckons: counts come with fractions.
    const count = Math.round(counted ?? 0);
    const seconds = p95.get(end);
    periods.push({
      from: end - lengthMs,
      to: end,
      requests: count,
      errors: Math.min(Math.round(errors.get(end) ?? 0), count),
      p95Ms: seconds === undefined ? null : seconds * 1_000,
      ...(counted === undefined ? { missing: true } : {}),
    });
  }
  return periods;
}

async function readValues(
  prometheus: Prometheus,
  query: string,
  { from, to, lengthMs }: { readonly from: number; readonly to: number; readonly lengthMs: number },
  signal: AbortSignal,
): Promise<Values> {
  const asked = {
    query: fill(query, { window: `${lengthMs}ms` }),
    start: String((from + lengthMs) / 1_000),
    end: String(to / 1_000),
    step: String(lengthMs / 1_000),
  };
  const { data } = await prometheus.ask("query_range", asked, matrix, signal);
  if (data.result.length > 1) {
    throw new Error(`a query gives ${data.result.length} series where one is expected: ${query.slice(0, 200)}`);
  }
  // "NaN" is a percentile of no answers.
  const values = (data.result[0]?.values ?? []).map(([at, value]) => [Math.round(at * 1_000), Number(value)] as const);
  return new Map(values.filter(([, value]) => Number.isFinite(value) && value >= 0));
}
