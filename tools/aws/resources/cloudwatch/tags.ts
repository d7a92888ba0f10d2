import {
  CloudWatchClient,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch";
import type { Connection } from "../../plugin/connection.ts";
import type { Bag, Step, Tags } from "../../plugin/kind.ts";
import { tagBag, tagList } from "../tags.ts";

export async function tagAlarm(
  step: Step,
  _id: string,
  put: Tags,
  remove: readonly string[],
  state: Bag,
): Promise<void> {
  const cloudwatch = step.aws.client(CloudWatchClient);
  const at = { ResourceARN: String(state.arn) };
  if (remove.length > 0) await cloudwatch.send(new UntagResourceCommand({ ...at, TagKeys: [...remove] }));
  if (Object.keys(put).length > 0) await cloudwatch.send(new TagResourceCommand({ ...at, Tags: tagList(put) }));
}

export async function readTags(aws: Connection, arn: string): Promise<Tags> {
  const { Tags: tags } = await aws.client(CloudWatchClient).send(new ListTagsForResourceCommand({ ResourceARN: arn }));
  return tagBag(tags);
}
