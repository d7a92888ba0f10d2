import { z } from "zod";

/** How a Prometheus is reached. It is only ever asked, never told anything. No secret is in it. */
export const prometheusAccess = z.strictObject({
  /** Such as `https://prometheus.shop.example/select`: `/api/v1` is below it. */
  url: z.string(),
  /** Absolute path of a PEM file with who signed its certificate; left out, whom Node trusts. */
  ca: z.string().optional(),
  /** Variable of the environment that holds a bearer token. */
  tokenFrom: z.string().optional(),
  /** Sent with each question, such as the tenant. */
  headers: z.record(z.string(), z.string()),
});
export type PrometheusAccess = z.infer<typeof prometheusAccess>;
