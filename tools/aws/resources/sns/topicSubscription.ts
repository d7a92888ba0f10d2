import {
  GetSubscriptionAttributesCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  topic: z.string(),
  protocol: z.enum(["email", "email-json", "http", "https", "lambda", "sms", "sqs"]),
  endpoint: z.string(),
  rawMessageDelivery: z.boolean().default(false),
});

export const topicSubscription = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["topic", "protocol", "endpoint"],
  async create({ aws }, { topic, protocol, endpoint, rawMessageDelivery }) {
    const { SubscriptionArn: arn = "" } = await aws.client(SNSClient).send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: protocol,
        Endpoint: endpoint,
        ReturnSubscriptionArn: true,
        ...(rawMessageDelivery ? { Attributes: { RawMessageDelivery: "true" } } : {}),
      }),
    );
    return arn;
  },
  async read({ aws }, id) {
    const request = new GetSubscriptionAttributesCommand({ SubscriptionArn: id });
    const found = (await orGone(aws.client(SNSClient).send(request), "NotFoundException", "NotFound"))?.Attributes;
    if (found === undefined) return undefined;
    return {
      arn: id,
      topic: found.TopicArn,
      protocol: found.Protocol,
      endpoint: found.Endpoint,
      ownerId: found.Owner,
      pendingConfirmation: found.PendingConfirmation === "true",
      rawMessageDelivery: found.RawMessageDelivery === "true",
    };
  },
  async update({ aws }, id, { rawMessageDelivery }) {
    const value = { AttributeName: "RawMessageDelivery", AttributeValue: String(rawMessageDelivery) };
    await aws.client(SNSClient).send(new SetSubscriptionAttributesCommand({ SubscriptionArn: id, ...value }));
  },
  async delete({ aws }, id) {
    await orGone(
      aws.client(SNSClient).send(new UnsubscribeCommand({ SubscriptionArn: id })),
      "NotFoundException",
      "NotFound",
    );
  },
});
