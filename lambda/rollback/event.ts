import * as z from "zod/mini";
import type { AlarmChange } from "../../release/automaticRollback/decision.ts";

/** Source: EventBridge, "CloudWatch Alarm State Change". */
const shape = z.looseObject({
  "detail-type": z.literal("CloudWatch Alarm State Change"),
  detail: z.looseObject({
    alarmName: z.string(),
    state: z.looseObject({ value: z.string(), timestamp: z.string() }),
  }),
});

/** The change of an alarm that an event tells of. @throws Error for anything else */
export function alarmOf(event: unknown): AlarmChange {
  const { detail } = shape.parse(event);
  // CloudWatch writes the zone without a colon.
  const at = Date.parse(detail.state.timestamp.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  if (Number.isNaN(at)) throw new Error(`the event's time is ${JSON.stringify(detail.state.timestamp)}`);
  return { name: detail.alarmName, state: detail.state.value, at };
}
