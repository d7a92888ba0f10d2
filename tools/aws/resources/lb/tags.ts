import {
  AddTagsCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  RemoveTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Connection } from "../../plugin/connection.ts";
import type { Step, Tags } from "../../plugin/kind.ts";
import { tagBag, tagList } from "../tags.ts";

export async function tagArn(step: Step, arn: string, put: Tags, remove: readonly string[]): Promise<void> {
  const elb = step.aws.client(ElasticLoadBalancingV2Client);
  if (remove.length > 0) await elb.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: [...remove] }));
  if (Object.keys(put).length > 0) await elb.send(new AddTagsCommand({ ResourceArns: [arn], Tags: tagList(put) }));
}

/** What `Tags` of a request may be: it must not be empty. */
export function someTags(tags: Tags) {
  return Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) };
}

export async function readTags(aws: Connection, arn: string): Promise<Tags> {
  const { TagDescriptions: described } = await aws
    .client(ElasticLoadBalancingV2Client)
    .send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  return tagBag(described?.[0]?.Tags);
}

/** The end of an ARN that CloudWatch names a load balancer or target group by. */
export function arnSuffix(arn: string): string {
  return (
    arn
      .split(":")
      .at(-1)
      ?.replace(/^loadbalancer\//, "") ?? ""
  );
}
