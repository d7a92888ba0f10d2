import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";

const values = z.strictObject({ values: z.array(z.string()).min(1).max(5) });

/** When a rule holds: exactly one field of each condition. */
export const conditionSchema = z
  .strictObject({
    hostHeader: values.optional(),
    pathPattern: values.optional(),
    sourceIp: values.optional(),
    httpRequestMethod: values.optional(),
    httpHeader: z.strictObject({ httpHeaderName: z.string(), values: z.array(z.string()).min(1) }).optional(),
    queryStrings: z.array(z.strictObject({ key: z.string().optional(), value: z.string() })).optional(),
  })
  .refine(
    (it) => Object.values(it).filter((field) => field !== undefined).length === 1,
    "a condition has exactly one field",
  );
type Condition = z.infer<typeof conditionSchema>;

export function toConditions(conditions: readonly Condition[]): RuleCondition[] {
  return conditions.map((it) => {
    if (it.hostHeader !== undefined)
      return { Field: "host-header", HostHeaderConfig: { Values: it.hostHeader.values } };
    if (it.pathPattern !== undefined)
      return { Field: "path-pattern", PathPatternConfig: { Values: it.pathPattern.values } };
    if (it.sourceIp !== undefined) return { Field: "source-ip", SourceIpConfig: { Values: it.sourceIp.values } };
    if (it.httpRequestMethod !== undefined) {
      return { Field: "http-request-method", HttpRequestMethodConfig: { Values: it.httpRequestMethod.values } };
    }
    if (it.httpHeader !== undefined) {
      const { httpHeaderName, values } = it.httpHeader;
      return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: httpHeaderName, Values: values } };
    }
    return {
      Field: "query-string",
      QueryStringConfig: { Values: (it.queryStrings ?? []).map(({ key, value }) => ({ Key: key, Value: value })) },
    };
  });
}

export function fromConditions(conditions: readonly RuleCondition[] | undefined): object[] {
  return (conditions ?? []).map((it) => {
    switch (it.Field) {
      case "host-header":
        return { hostHeader: { values: it.HostHeaderConfig?.Values ?? it.Values } };
      case "path-pattern":
        return { pathPattern: { values: it.PathPatternConfig?.Values ?? it.Values } };
      case "source-ip":
        return { sourceIp: { values: it.SourceIpConfig?.Values } };
      case "http-request-method":
        return { httpRequestMethod: { values: it.HttpRequestMethodConfig?.Values } };
      case "http-header":
        return {
          httpHeader: { httpHeaderName: it.HttpHeaderConfig?.HttpHeaderName, values: it.HttpHeaderConfig?.Values },
        };
      default:
        return { queryStrings: it.QueryStringConfig?.Values?.map(({ Key: key, Value: value }) => ({ key, value })) };
    }
  });
}
