import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { GetPolicyCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { z } from "zod";
import type { Functions } from "./functions.ts";
import type { Inner } from "./inner.ts";

const policy = z.looseObject({
  Statement: z.array(
    z.looseObject({
      Principal: z.looseObject({ Service: z.string().optional() }).or(z.string()),
      Condition: z.looseObject({ ArnLike: z.record(z.string(), z.string()).optional() }).optional(),
    }),
  ),
});

/** The default event bus: an event goes to the functions of the rules that it fits, where they may be called. */
export class Events {
  readonly #inner: Inner;
  readonly #functions: Functions;

  constructor(inner: Inner, functions: Functions) {
    this.#inner = inner;
    this.#functions = functions;
  }

  /** Tells that an alarm changed its state, as CloudWatch does. */
  async alarmChanged(name: string, state: string, previous: string, reason: string, region: string): Promise<void> {
    const timestamp = new Date().toISOString().replace("Z", "+0000");
    await this.deliver(
      {
        version: "0",
        "detail-type": "CloudWatch Alarm State Change",
        source: "aws.cloudwatch",
        account: "123456789012",
        time: timestamp,
        region,
        resources: [`arn:aws:cloudwatch:${region}:123456789012:alarm:${name}`],
        detail: { alarmName: name, state: { value: state, reason, timestamp }, previousState: { value: previous } },
      },
      region,
    );
  }

  async deliver(event: object, region: string): Promise<void> {
    const bus = this.#inner.client(EventBridgeClient, region);
    const { Rules: rules = [] } = await bus.send(new ListRulesCommand({}));
    for (const { Name: rule, Arn: ruleArn = "", EventPattern: pattern, State: state } of rules) {
      if (state !== "ENABLED" || pattern === undefined || !fits(JSON.parse(pattern), event)) continue;
      const { Targets: targets = [] } = await bus.send(new ListTargetsByRuleCommand({ Rule: rule }));
      for (const { Arn: target = "", Input: input } of targets) {
        const name = /^arn:aws:lambda:[^:]*:\d*:function:([\w-]+)$/.exec(target)?.[1];
        if (name === undefined) throw new Error(`The simulator brings events to functions only, not to ${target}.`);
        if (!(await this.#mayCall(name, ruleArn, region))) continue;
        this.#functions.call(name, input === undefined ? event : JSON.parse(input), region);
      }
    }
  }

  async #mayCall(name: string, rule: string, region: string): Promise<boolean> {
    const lambda = this.#inner.client(LambdaClient, region);
    const found = await lambda.send(new GetPolicyCommand({ FunctionName: name })).catch(() => undefined);
    if (found?.Policy === undefined) return false;
    return policy.parse(JSON.parse(found.Policy)).Statement.some(({ Principal: who, Condition: only }) => {
      const service = typeof who === "string" ? who : who.Service;
      const source = only?.ArnLike?.["AWS:SourceArn"];
      return service === "events.amazonaws.com" && (source === undefined || source === rule);
    });
  }
}

/**
 * Whether an event fits a pattern: every key of the pattern is there, with one of the values that it lists.
 *
 * @throws Error for what only the real EventBridge compares by: prefixes, numbers and the like
 */
export function fits(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) {
    if (pattern.some((it) => typeof it === "object" && it !== null)) {
      throw new Error("The simulator compares events by values only.");
    }
    return [event].flat().some((it) => pattern.includes(it));
  }
  if (typeof pattern !== "object" || pattern === null || typeof event !== "object" || event === null) return false;
  return Object.entries(pattern).every(([key, inner]) => fits(inner, (event as Record<string, unknown>)[key]));
}
