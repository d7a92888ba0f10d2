import { GetTopicAttributesCommand, SetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { policyText } from "../iam/policyText.ts";

const inputs = z.strictObject({ arn: z.string(), policy: policyText });
type Inputs = z.infer<typeof inputs>;

export const topicPolicy = kind<Inputs>({
  inputs,
  replaceOn: ["arn"],
  async create(step, news) {
    await put(step, news);
    return news.arn;
  },
  async read({ aws }, id) {
    const request = new GetTopicAttributesCommand({ TopicArn: id });
    const found = (await orGone(aws.client(SNSClient).send(request), "NotFoundException", "NotFound"))?.Attributes;
    if (found?.Policy === undefined) return undefined;
    // A topic always has a policy: the one that AWS puts there by itself is none of ours.
    if (JSON.parse(found.Policy).Id === "__default_policy_ID") return undefined;
    return { arn: id, owner: found.Owner, policy: found.Policy };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete(step, id) {
    const account = await step.aws.account();
    const attributes = [
      "GetTopicAttributes",
      "SetTopicAttributes",
      "AddPermission",
      "RemovePermission",
      "DeleteTopic",
      "Subscribe",
      "ListSubscriptionsByTopic",
      "Publish",
    ];
    const usual = {
      Version: "2008-10-17",
      Id: "__default_policy_ID",
      Statement: [
        {
          Sid: "__default_statement_ID",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: attributes.map((action) => `SNS:${action}`),
          Resource: id,
          Condition: { StringEquals: { "AWS:SourceOwner": account } },
        },
      ],
    };
    await orGone(put(step, { arn: id, policy: JSON.stringify(usual) }), "NotFoundException", "NotFound");
  },
});

async function put({ aws }: Step, { arn, policy }: Inputs): Promise<void> {
  const request = new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: "Policy", AttributeValue: policy });
  await aws.client(SNSClient).send(request);
}
