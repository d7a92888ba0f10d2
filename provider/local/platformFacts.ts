import { z } from "zod";

const port = z.number().int().min(1).max(65535);

/** One service's addresses on this machine. */
export const serviceFacts = z.strictObject({
  name: z.string(),
  /** Port that users reach; the proxy listens there. */
  port,
  healthPath: z.string(),
  instances: z.strictObject({ blue: z.array(port), green: z.array(port) }),
  /** Ports of the proxy that reach one environment only. */
  direct: z.strictObject({ blue: port, green: port }),
});
export type ServiceFacts = z.infer<typeof serviceFacts>;

/** What `status`, `watch` and `rollback` need to reach the platform without the engine. No secret is among it. */
export const platformFacts = z.strictObject({
  stack: z.string(),
  /** Where the admin page, the instances and the direct addresses are. */
  listen: z.string(),
  adminPort: port,
  services: z.array(serviceFacts).min(1),
  database: z.strictObject({ port, name: z.string(), user: z.string() }).optional(),
});
export type PlatformFacts = z.infer<typeof platformFacts>;
