import { z } from "zod";
import { type Answer, json } from "./answers.ts";
import type { ApiRequest } from "./request.ts";

const askedSchema = z.looseObject({
  StartTime: z.number(),
  EndTime: z.number(),
  MetricDataQueries: z.array(
    z.looseObject({
      Id: z.string(),
      MetricStat: z.looseObject({
        Metric: z.looseObject({
          Namespace: z.string(),
          MetricName: z.string(),
          Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
        }),
        Period: z.number(),
      }),
    }),
  ),
});

/** Namespaces whose figures AWS makes itself, so that nobody can put them. */
const own = new Set(["AWS/ApplicationELB", "AWS/RDS"]);

/** The figures that AWS's own services report: nobody measures them here, they are as they were ordered. */
export class Figures {
  readonly #ordered = new Map<string, Readonly<Record<string, number>>>();

  /**
   * Orders what every whole minute says from now on, also of those gone by.
   *
   * @param of name of a target group, or a database's identifier
   * @param values by the metric's name, such as `RequestCount`; a metric that is left out has no figures
   */
  order(of: string, values: Readonly<Record<string, number>>): void {
    this.#ordered.set(of, values);
  }

  /** The answer to a question about such figures alone; nothing for any other. */
  answer(request: ApiRequest): Answer | undefined {
    if (request.action !== "GetMetricData") return undefined;
    const parsed = askedSchema.safeParse(request.parameters);
    if (!parsed.success) return undefined;
    const { StartTime: from, EndTime: to, MetricDataQueries: queries } = parsed.data;
    if (!queries.every(({ MetricStat }) => own.has(MetricStat.Metric.Namespace))) return undefined;
    return json({
      MetricDataResults: queries.map(({ Id, MetricStat: { Metric, Period } }) => {
        const value = this.#ordered.get(nameOf(Metric.Dimensions))?.[Metric.MetricName];
        const starts: number[] = [];
        for (let at = from; value !== undefined && at + Period <= Math.min(to, Date.now() / 1_000); at += Period) {
          starts.push(at);
        }
        return { Id, StatusCode: "Complete", Timestamps: starts, Values: starts.map(() => value) };
      }),
    });
  }
}

/** `targetgroup/<name>/<id>` or an identifier. */
function nameOf(dimensions: readonly { readonly Name: string; readonly Value: string }[]): string {
  const value = (name: string) => dimensions.find(({ Name }) => Name === name)?.Value;
  return value("TargetGroup")?.split("/")[1] ?? value("DBInstanceIdentifier") ?? value("DBClusterIdentifier") ?? "";
}
