import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "name must be up to 64 letters, digits, dots, hyphens and underscores")
    .optional(),
  description: z.string().max(512).optional(),
  eventBusName: z.string().default("default"),
  eventPattern: z.string().optional(),
  scheduleExpression: z.string().optional(),
  roleArn: z.string().optional(),
  state: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  forceDestroy: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

/** A rule on an event bus; its id is its name, on another bus than the default one `bus/name`. */
export const eventRule = kind<Inputs>({
  inputs,
  replaceOn: ["name", "eventBusName"],
  untold: ["forceDestroy"],
  autoName: { property: "name", longest: 64 },
  check: ({ eventPattern, scheduleExpression }): Record<string, string> =>
    eventPattern === undefined && scheduleExpression === undefined
      ? { eventPattern: "an eventPattern or a scheduleExpression is needed" }
      : {},
  async tag({ aws }, _id, put, remove, state) {
    const events = aws.client(EventBridgeClient);
    const at = { ResourceARN: String(state.arn) };
    if (remove.length > 0) await events.send(new UntagResourceCommand({ ...at, TagKeys: [...remove] }));
    if (Object.keys(put).length > 0) await events.send(new TagResourceCommand({ ...at, Tags: tagList(put) }));
  },
  async create(step, news) {
    await put(step, news, true);
    return news.eventBusName === "default" ? (news.name ?? "") : `${news.eventBusName}/${news.name}`;
  },
  async read({ aws }, id) {
    const events = aws.client(EventBridgeClient);
    const found = await orGone(events.send(new DescribeRuleCommand(named(id))), "ResourceNotFoundException");
    if (found === undefined) return undefined;
    const { Tags: tags } = await events.send(new ListTagsForResourceCommand({ ResourceARN: found.Arn }));
    return {
      arn: found.Arn,
      name: found.Name,
      description: found.Description,
      eventBusName: found.EventBusName ?? "default",
      eventPattern: found.EventPattern,
      scheduleExpression: found.ScheduleExpression,
      roleArn: found.RoleArn,
      state: found.State,
      isEnabled: found.State === "ENABLED",
      tagsAll: tagBag(tags),
    };
  },
  async update(step, _id, news) {
    await put(step, news, false);
  },
  async delete({ aws }, id, state) {
    const events = aws.client(EventBridgeClient);
    const { Name: Rule, EventBusName } = named(id);
    if (state.forceDestroy === true) {
      const targets = await orGone(
        events.send(new ListTargetsByRuleCommand({ Rule, EventBusName })),
        "ResourceNotFoundException",
      );
      const ids = (targets?.Targets ?? []).flatMap(({ Id: target }) => target ?? []);
      if (ids.length > 0) await events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids: ids }));
    }
    await orGone(events.send(new DeleteRuleCommand(named(id))), "ResourceNotFoundException");
  },
});

async function put({ aws, tags }: Step, news: Inputs, isNew: boolean): Promise<void> {
  await aws.client(EventBridgeClient).send(
    new PutRuleCommand({
      Name: news.name,
      EventBusName: news.eventBusName,
      Description: news.description,
      EventPattern: news.eventPattern,
      ScheduleExpression: news.scheduleExpression,
      RoleArn: news.roleArn,
      State: news.state,
      ...(isNew && Object.keys(tags).length > 0 ? { Tags: tagList(tags) } : {}),
    }),
  );
}

function named(id: string): { Name: string; EventBusName: string } {
  const [, bus = "default", name = id] = /^(.*)\/([^/]+)$/.exec(id) ?? [];
  return { Name: name, EventBusName: bus };
}
