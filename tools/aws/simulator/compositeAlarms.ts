import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { ruleHolds } from "./alarmRule.ts";
import { type Answer, json, Refusal } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

const tagsSchema = z.array(z.object({ Key: z.string(), Value: z.string() })).optional();
const putSchema = z.strictObject({
  AlarmName: z.string(),
  AlarmRule: z.string(),
  AlarmDescription: z.string().optional(),
  ActionsEnabled: z.boolean().default(true),
  AlarmActions: z.array(z.string()).default([]),
  OKActions: z.array(z.string()).default([]),
  InsufficientDataActions: z.array(z.string()).default([]),
  Tags: tagsSchema,
});
const describeSchema = z.looseObject({
  AlarmNames: z.array(z.string()).optional(),
  AlarmNamePrefix: z.string().optional(),
  AlarmTypes: z.array(z.string()).optional(),
  StateValue: z.string().optional(),
});
const stateSchema = z.looseObject({ AlarmName: z.string(), StateValue: z.string(), StateReason: z.string() });
const arnSchema = z.looseObject({ ResourceARN: z.string(), Tags: tagsSchema, TagKeys: z.array(z.string()).optional() });
const namesSchema = z.looseObject({ AlarmNames: z.array(z.string()).default([]) });

type Composite = z.infer<typeof putSchema> & { tags: Map<string, string>; updated: number };

/** CloudWatch's composite alarms, which moto has not; their states follow from those of moto's metric alarms. */
export class CompositeAlarms {
  readonly #inner: Inner;
  readonly #alarms = new Map<string, Composite>();
  /** States that were ordered, which hold until the alarm is put again. */
  readonly #ordered = new Map<string, { value: string; reason: string }>();

  constructor(inner: Inner) {
    this.#inner = inner;
  }

  /** Orders a state, as SetAlarmState does. */
  order(name: string, value: string, reason: string): boolean {
    if (!this.#alarms.has(name)) return false;
    this.#ordered.set(name, { value, reason });
    return true;
  }

  /** The answer to a request about composite alarms; nothing when it is moto's alone. */
  async answer(request: ApiRequest): Promise<Answer | undefined> {
    const { parameters } = request;
    switch (request.action) {
      case "PutCompositeAlarm":
        return await this.#put(parameters, request.region);
      case "DescribeAlarms":
        return await this.#describe(request);
      case "SetAlarmState": {
        const { AlarmName: name, StateValue: value, StateReason: reason } = stateSchema.parse(parameters);
        return this.order(name, value, reason) ? json({}) : undefined;
      }
      case "DeleteAlarms": {
        const names = namesSchema.parse(parameters).AlarmNames;
        const others = names.filter((name) => !this.#alarms.delete(name));
        for (const name of names) this.#ordered.delete(name);
        return others.length === 0 ? json({}) : undefined;
      }
      case "ListTagsForResource":
      case "TagResource":
      case "UntagResource":
        return this.#tags(request.action, parameters);
      default:
        return undefined;
    }
  }

  async #put(parameters: ApiRequest["parameters"], region: string): Promise<Answer> {
    const parsed = putSchema.safeParse(parameters);
    if (!parsed.success) {
      throw new Refusal(
        "NotImplemented",
        `The simulator's composite alarms do not know: ${parsed.error.issues[0]?.message}`,
        501,
      );
    }
    const it = parsed.data;
    const states = await this.#metricStates(region);
    try {
      ruleHolds(it.AlarmRule, (name) => states.get(name) ?? (this.#alarms.has(name) ? "OK" : undefined));
    } catch (error) {
      throw new Refusal("ValidationError", `AlarmRule is invalid: ${error instanceof Error ? error.message : error}.`);
    }
    const before = this.#alarms.get(it.AlarmName)?.tags;
    const tags = before ?? new Map((it.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    this.#alarms.set(it.AlarmName, { ...it, tags, updated: Date.now() / 1000 });
    this.#ordered.delete(it.AlarmName);
    return json({});
  }

  async #describe(request: ApiRequest): Promise<Answer> {
    const asked = describeSchema.parse(request.parameters);
    const types = asked.AlarmTypes ?? ["MetricAlarm"];
    const metric = types.includes("MetricAlarm") || asked.AlarmTypes === undefined;
    const known = metric
      ? z
          .looseObject({ MetricAlarms: z.array(z.unknown()).default([]) })
          .parse(JSON.parse((await this.#inner.forward(request)).body.toString()))
      : {};
    const states = await this.#metricStates(request.region);
    const composite = [...this.#alarms.values()]
      // Named alarms are told whatever their kind.
      .filter(() => types.includes("CompositeAlarm") || asked.AlarmNames !== undefined)
      .filter(({ AlarmName: name }) => asked.AlarmNames?.includes(name) ?? name.startsWith(asked.AlarmNamePrefix ?? ""))
      .map((it) => this.#told(it, states, request.region))
      .filter(({ StateValue: value }) => asked.StateValue === undefined || value === asked.StateValue);
    return json({ ...known, CompositeAlarms: composite });
  }

  /** The state of every alarm of a region, metric and composite. */
  async states(region: string): Promise<ReadonlyMap<string, string>> {
    const metric = await this.#metricStates(region);
    const composite = [...this.#alarms.keys()].map((name): [string, string] => [
      name,
      this.#ordered.get(name)?.value ?? this.#state(name, metric) ?? "INSUFFICIENT_DATA",
    ]);
    return new Map([...metric, ...composite]);
  }

  #told({ tags: _, Tags: __, updated, ...it }: Composite, states: Map<string, string>, region: string) {
    return {
      ...it,
      AlarmArn: arnOf(it.AlarmName, region),
      AlarmConfigurationUpdatedTimestamp: updated,
      StateUpdatedTimestamp: updated,
      StateValue: this.#ordered.get(it.AlarmName)?.value ?? this.#state(it.AlarmName, states),
      StateReason: this.#ordered.get(it.AlarmName)?.reason ?? it.AlarmRule,
    };
  }

  #state(name: string, states: Map<string, string>, seen: readonly string[] = []): string | undefined {
    const it = this.#alarms.get(name);
    if (it === undefined) return states.get(name);
    const ordered = this.#ordered.get(name)?.value;
    if (ordered !== undefined || seen.includes(name)) return ordered ?? "INSUFFICIENT_DATA";
    try {
      return ruleHolds(it.AlarmRule, (other) => this.#state(other, states, [...seen, name])) ? "ALARM" : "OK";
    } catch {
      return "INSUFFICIENT_DATA"; // an alarm that the rule names is gone
    }
  }

  #tags(action: string, parameters: ApiRequest["parameters"]): Answer | undefined {
    const { ResourceARN: arn, Tags: put, TagKeys: remove } = arnSchema.parse(parameters);
    const it = this.#alarms.get(/:alarm:(.*)$/.exec(arn)?.[1] ?? "");
    if (it === undefined) return undefined;
    if (action === "ListTagsForResource") return json({ Tags: [...it.tags].map(([Key, Value]) => ({ Key, Value })) });
    for (const { Key, Value } of put ?? []) it.tags.set(Key, Value);
    for (const key of remove ?? []) it.tags.delete(key);
    return json({});
  }

  async #metricStates(region: string): Promise<Map<string, string>> {
    const { MetricAlarms: alarms } = await this.#inner
      .client(CloudWatchClient, region)
      .send(new DescribeAlarmsCommand({}));
    return new Map((alarms ?? []).map(({ AlarmName: name = "", StateValue: value = "" }) => [name, value]));
  }
}

function arnOf(name: string, region: string): string {
  return `arn:aws:cloudwatch:${region}:123456789012:alarm:${name}`;
}
