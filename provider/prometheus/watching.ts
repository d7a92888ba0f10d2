import { z } from "zod";
import type { EnvironmentName } from "../../release/environment.ts";
import { type PrometheusAccess, prometheusAccess } from "./access.ts";
import type { TrafficQueries } from "./queries.ts";

/** How users' requests are counted. */
export interface CountedQueries {
  /** Queries of each service's requests by environment; both sides' are the same where `byEnvironment` is false. */
  readonly queries: Readonly<Record<EnvironmentName, Readonly<Record<string, TrafficQueries>>>>;
  /**
   * Whether each side is counted by itself: behind a Gateway users' requests go to the Service of their side. Without one they go to the live
   * Service, whichever side serves, and only counters that say whose pod answered tell the sides apart.
   */
  readonly byEnvironment: boolean;
}

/** What of a stack's Prometheus a watch asks for. */
export interface PrometheusWatching extends CountedQueries {
  readonly access: PrometheusAccess;
  /** A query of the database's health. */
  readonly database?: string | undefined;
  /** Names of alerting rules that judge a side: the team's own, and those that the stack makes. */
  readonly alerts: Readonly<Record<EnvironmentName, readonly string[]>>;
  /** Length of the stretches that are counted, ms. */
  readonly everyMs: number;
  /** How long after its end a stretch's figures may still change, ms. */
  readonly settleMs: number;
}

const queries = z.record(z.string(), z.strictObject({ requests: z.string(), errors: z.string(), p95: z.string() }));
const names = z.array(z.string());

/** The same, as it travels through the engine. */
export const prometheusWatching: z.ZodType<PrometheusWatching> = z.strictObject({
  access: prometheusAccess,
  queries: z.strictObject({ blue: queries, green: queries }),
  byEnvironment: z.boolean(),
  database: z.string().optional(),
  alerts: z.strictObject({ blue: names, green: names }),
  everyMs: z.number().int().positive(),
  settleMs: z.number().int().min(0),
});
