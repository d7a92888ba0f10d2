import { z } from "zod";

/** A gate's proof as it travels through the engine's state. */
export const gateProof = z.strictObject({
  gate: z.enum(["health", "smoke"]),
  service: z.string().optional(),
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  passed: z.literal(true),
  at: z.string(),
});
