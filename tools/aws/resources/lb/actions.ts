import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";

/** What a listener or a rule does with a request; the shape is that of the official schema. */
export const actionSchema = z.strictObject({
  type: z.enum(["forward", "fixed-response", "redirect"]),
  order: z.number().int().optional(),
  targetGroupArn: z.string().optional(),
  forward: z
    .strictObject({
      targetGroups: z
        .array(z.strictObject({ arn: z.string(), weight: z.number().int().min(0).max(999).default(1) }))
        .min(1)
        .max(5),
      stickiness: z
        .strictObject({ duration: z.number().int().min(1).max(604800), enabled: z.boolean().default(false) })
        .optional(),
    })
    .optional(),
  fixedResponse: z
    .strictObject({ contentType: z.string(), messageBody: z.string().optional(), statusCode: z.string().optional() })
    .optional(),
  redirect: z
    .strictObject({
      statusCode: z.enum(["HTTP_301", "HTTP_302"]),
      host: z.string().default("#{host}"),
      path: z.string().default("/#{path}"),
      port: z.string().default("#{port}"),
      protocol: z.string().default("#{protocol}"),
      query: z.string().default("#{query}"),
    })
    .optional(),
});
type ActionInput = z.infer<typeof actionSchema>;

/** The parts of an action that AWS fills in, below the property that holds the actions. */
export const computedIn = (property: string): string[] => [
  `${property}.order`,
  `${property}.forward.stickiness`,
  `${property}.fixedResponse.statusCode`,
];

export function toActions(actions: readonly ActionInput[]): Action[] {
  return actions.map((action, index) => ({
    Type: action.type,
    Order: action.order ?? index + 1,
    ...(action.targetGroupArn === undefined ? {} : { TargetGroupArn: action.targetGroupArn }),
    ...(action.forward === undefined
      ? {}
      : {
          ForwardConfig: {
            TargetGroups: action.forward.targetGroups.map(({ arn, weight }) => ({
              TargetGroupArn: arn,
              Weight: weight,
            })),
            ...(action.forward.stickiness === undefined
              ? {}
              : {
                  TargetGroupStickinessConfig: {
                    Enabled: action.forward.stickiness.enabled,
                    DurationSeconds: action.forward.stickiness.duration,
                  },
                }),
          },
        }),
    ...(action.fixedResponse === undefined
      ? {}
      : {
          FixedResponseConfig: {
            ContentType: action.fixedResponse.contentType,
            MessageBody: action.fixedResponse.messageBody,
            StatusCode: action.fixedResponse.statusCode,
          },
        }),
    ...(action.redirect === undefined
      ? {}
      : {
          RedirectConfig: {
            StatusCode: action.redirect.statusCode,
            Host: action.redirect.host,
            Path: action.redirect.path,
            Port: action.redirect.port,
            Protocol: action.redirect.protocol,
            Query: action.redirect.query,
          },
        }),
  }));
}

/** Actions as AWS tells them. One target group may be written in two ways: the one in the state is kept. */
export function fromActions(actions: readonly Action[] | undefined, before: unknown): unknown[] {
  const known: readonly { forward?: unknown }[] = Array.isArray(before) ? before : [];
  return (actions ?? []).map((action, index) => {
    const { ForwardConfig: forward, FixedResponseConfig: fixed, RedirectConfig: redirect } = action;
    const single =
      forward?.TargetGroups?.length === 1 || (forward === undefined && action.TargetGroupArn !== undefined);
    const short = single && known[index]?.forward === undefined;
    return {
      type: action.Type,
      order: action.Order ?? index + 1,
      targetGroupArn: short ? (action.TargetGroupArn ?? forward?.TargetGroups?.[0]?.TargetGroupArn) : undefined,
      forward:
        short || action.Type !== "forward"
          ? undefined
          : {
              targetGroups: (forward?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }]).map(
                ({ TargetGroupArn: arn, Weight: weight }) => ({ arn, weight: weight ?? 1 }),
              ),
              stickiness: {
                enabled: forward?.TargetGroupStickinessConfig?.Enabled ?? false,
                duration: forward?.TargetGroupStickinessConfig?.DurationSeconds,
              },
            },
      fixedResponse:
        fixed === undefined
          ? undefined
          : { contentType: fixed.ContentType, messageBody: fixed.MessageBody, statusCode: fixed.StatusCode },
      redirect:
        redirect === undefined
          ? undefined
          : {
              statusCode: redirect.StatusCode,
              host: redirect.Host,
              path: redirect.Path,
              port: redirect.Port,
              protocol: redirect.Protocol,
              query: redirect.Query,
            },
    };
  });
}
