import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagList } from "../tags.ts";
import { readTags, tagAlarm } from "./tags.ts";

const actions = z.array(z.string()).max(5).optional();
const inputs = z.strictObject({
  alarmName: z.string().min(1).max(255),
  alarmRule: z.string().min(1).max(10_240),
  alarmDescription: z.string().max(1024).optional(),
  actionsEnabled: z.boolean().default(true),
  alarmActions: actions,
  okActions: actions,
  insufficientDataActions: actions,
});
type Inputs = z.infer<typeof inputs>;

export const compositeAlarm = kind<Inputs>({
  inputs,
  replaceOn: ["alarmName", "actionsEnabled"],
  autoName: { property: "alarmName", longest: 255 },
  tag: tagAlarm,
  async create(step, news) {
    await put(step, news);
    return news.alarmName;
  },
  async read({ aws }, id) {
    const request = new DescribeAlarmsCommand({ AlarmNames: [id], AlarmTypes: ["CompositeAlarm"] });
    const { CompositeAlarms: all } = await aws.client(CloudWatchClient).send(request);
    const found = all?.[0];
    if (found === undefined) return undefined;
    return {
      arn: found.AlarmArn,
      alarmName: found.AlarmName,
      alarmRule: found.AlarmRule,
      alarmDescription: found.AlarmDescription,
      actionsEnabled: found.ActionsEnabled,
      alarmActions: found.AlarmActions,
      okActions: found.OKActions,
      insufficientDataActions: found.InsufficientDataActions,
      tagsAll: await readTags(aws, found.AlarmArn ?? ""),
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id) {
    await orGone(aws.client(CloudWatchClient).send(new DeleteAlarmsCommand({ AlarmNames: [id] })), "ResourceNotFound");
  },
});

async function put({ aws, tags }: Step, news: Inputs): Promise<void> {
  await aws.client(CloudWatchClient).send(
    new PutCompositeAlarmCommand({
      AlarmName: news.alarmName,
      AlarmRule: news.alarmRule,
      AlarmDescription: news.alarmDescription,
      ActionsEnabled: news.actionsEnabled,
      AlarmActions: news.alarmActions ?? [],
      OKActions: news.okActions ?? [],
      InsufficientDataActions: news.insufficientDataActions ?? [],
      ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
    }),
  );
}
