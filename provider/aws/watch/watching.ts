import { z } from "zod";

/** What CloudWatch tells of one environment, by the names that a stack gives. */
export interface CloudWatching {
  /** Name of the alarm that says no-go. */
  readonly noGo: string;
  /** Names of the alarms that say that too few requests came to judge by. */
  readonly silence: readonly string[];
  /** What RDS calls the database: an instance or a cluster. */
  readonly database?: { readonly instance?: string | undefined; readonly cluster?: string | undefined } | undefined;
}

/** The same, as it travels through the engine. */
export const cloudWatching: z.ZodType<CloudWatching> = z.strictObject({
  noGo: z.string(),
  silence: z.array(z.string()),
  database: z.strictObject({ instance: z.string().optional(), cluster: z.string().optional() }).optional(),
});
