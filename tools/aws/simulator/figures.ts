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

/** Values by the metric's name, such as `RequestCount`; a metric that is left out has no figures. */
export type MinuteFigures = Readonly<Record<string, number>>;

/** The figures that AWS's own services report: as they were ordered, or as somebody measures them. */
export class Figures {
  readonly #sources = new Map<string, (minute: number) => MinuteFigures | undefined>();

  /**
   * Orders what every whole minute says from now on, also of those gone by.
   *
   * @param of name of a target group, or a database's identifier
   */
  order(of: string, values: MinuteFigures): void {
    this.#sources.set(of, () => values);
  }

  /** Lets somebody who measures say each minute, by its beginning in epoch seconds; undefined where nothing was measured. */
  measure(of: string, source: (minute: number) => MinuteFigures | undefined): void {
    this.#sources.set(of, source);
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
        const source = this.#sources.get(nameOf(Metric.Dimensions));
        const told: { at: number; value: number }[] = [];
        for (let at = from; at + Period <= Math.min(to, Date.now() / 1_000); at += Period) {
          const value = source?.(at)?.[Metric.MetricName];
          if (value !== undefined) told.push({ at, value });
        }
        return {
          ...{ Id, StatusCode: "Complete" },
          Timestamps: told.map(({ at }) => at),
          Values: told.map(({ value }) => value),
        };
      }),
    });
  }
}

/** `targetgroup/<name>/<id>` or an identifier. */
function nameOf(dimensions: readonly { readonly Name: string; readonly Value: string }[]): string {
  const value = (name: string) => dimensions.find(({ Name }) => Name === name)?.Value;
  return value("TargetGroup")?.split("/")[1] ?? value("DBInstanceIdentifier") ?? value("DBClusterIdentifier") ?? "";
}
