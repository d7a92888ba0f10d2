import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetTopicAttributesCommand,
  SNSClient,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { policyText } from "../iam/policyText.ts";
import { tagBag, tagList } from "../tags.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,256}$/, "name must be up to 256 letters, digits, hyphens and underscores")
    .optional(),
  displayName: z.string().optional(),
  kmsMasterKeyId: z.string().optional(),
  policy: policyText.optional(),
});

const attributes = { displayName: "DisplayName", kmsMasterKeyId: "KmsMasterKeyId", policy: "Policy" } as const;

export const topic = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["name"],
  computed: ["policy"],
  autoName: { property: "name", longest: 256 },
  async tag({ aws }, id, put, remove) {
    const sns = aws.client(SNSClient);
    if (remove.length > 0) await sns.send(new UntagResourceCommand({ ResourceArn: id, TagKeys: [...remove] }));
    if (Object.keys(put).length > 0) await sns.send(new TagResourceCommand({ ResourceArn: id, Tags: tagList(put) }));
  },
  async create({ aws, tags }, news) {
    const given = Object.entries(attributes).flatMap(([property, name]) => {
      const value = news[property as keyof typeof attributes];
      return value === undefined ? [] : [[name, value]];
    });
    const request = new CreateTopicCommand({
      Name: news.name,
      Attributes: Object.fromEntries(given),
      Tags: tagList(tags),
    });
    const { TopicArn: arn = "" } = await aws.client(SNSClient).send(request);
    return arn;
  },
  async read({ aws }, id) {
    const sns = aws.client(SNSClient);
    const found = (await orGone(sns.send(new GetTopicAttributesCommand({ TopicArn: id })), ...gone))?.Attributes;
    if (found === undefined) return undefined;
    const { Tags: tags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: id }));
    return {
      arn: id,
      name: id.split(":").at(-1),
      owner: found.Owner,
      displayName: found.DisplayName,
      kmsMasterKeyId: found.KmsMasterKeyId,
      policy: found.Policy,
      tagsAll: tagBag(tags),
    };
  },
  async update({ aws }, id, news, _state, changed) {
    for (const [property, name] of Object.entries(attributes)) {
      if (!changed.has(property)) continue;
      const value = news[property as keyof typeof attributes] ?? "";
      const request = new SetTopicAttributesCommand({ TopicArn: id, AttributeName: name, AttributeValue: value });
      await aws.client(SNSClient).send(request);
    }
  },
  async delete({ aws }, id) {
    await orGone(aws.client(SNSClient).send(new DeleteTopicCommand({ TopicArn: id })), ...gone);
  },
});

const gone = ["NotFoundException", "NotFound"];
