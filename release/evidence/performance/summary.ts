import { z } from "zod";
import { longestName } from "../shown.ts";

const count = z.number().int().nonnegative();
const measure = z.number().nonnegative();

/** What a load test's report says. What its format does not say is absent. */
export const performanceSummary = z.strictObject({
  /** Who wrote it: k6, autocannon, JMeter, Gatling. */
  tool: z.string().max(40),
  requests: count,
  /** Of these, how many were not answered as they should. */
  failed: count,
  /** Milliseconds. */
  p95Ms: measure.optional(),
  p99Ms: measure.optional(),
  /** Requests a second, over the whole test. */
  throughput: measure.optional(),
  /** Limits of its own that the test did not hold. */
  broken: z.array(z.string().max(longestName)).max(5),
  /** What a reader of the figures should know. */
  notes: z.array(z.string().max(longestName)).max(5),
  /** ISO time of the start, where the report has it. */
  at: z.iso.datetime({ offset: true }).optional(),
});
export type PerformanceSummary = z.infer<typeof performanceSummary>;
