import { z } from "zod";
import type { Observation } from "../../release/observation.ts";
import type { Prometheus } from "./prometheus.ts";

const vector = z.looseObject({
  data: z.looseObject({
    resultType: z.literal("vector"),
    result: z.array(z.looseObject({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

/**
 * Whether the database is there, by a query whose every value is over 0 while it is, such as `pg_up{namespace="shop"}`. Undefined where
 * nothing is told: then nobody knows.
 *
 * @throws Problem where Prometheus does not tell
 */
export async function readDatabaseHealth(
  prometheus: Prometheus,
  query: string,
  signal: AbortSignal,
): Promise<Observation["database"]> {
  const { data } = await prometheus.ask("query", { query }, vector, signal);
  const values = data.result.map(({ value: [, said] }) => Number(said));
  if (values.length === 0 || values.some((value) => Number.isNaN(value))) return undefined;
  const down = values.filter((value) => !(value > 0)).length;
  return down === 0
    ? { reachable: true, detail: `as Prometheus tells` }
    : { reachable: false, detail: `${down} of ${values.length} say so in Prometheus` };
}
