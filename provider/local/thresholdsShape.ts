import { z } from "zod";
import type { Thresholds } from "../../release/thresholds.ts";

const held = z.strictObject({ max: z.number(), for: z.number() });
const tolerated = z.strictObject({ failures: z.number(), required: z.boolean() });

/** Thresholds as they travel through the engine's state and the alarms' file. */
export const thresholdsShape: z.ZodType<Thresholds> = z.strictObject({
  errorRate: held,
  outage: held.nullable(),
  p95: z.strictObject({ maxMs: z.number(), for: z.number() }),
  minRequests: z.number(),
  staleAfter: z.number(),
  health: tolerated,
  smoke: tolerated,
  database: tolerated,
  logs: z.strictObject({ maxNewPatterns: z.number().nullable() }),
});
