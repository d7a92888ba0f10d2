import {
  AddTagsToResourceCommand,
  ListTagsForResourceCommand,
  RDSClient,
  RemoveTagsFromResourceCommand,
} from "@aws-sdk/client-rds";
import type { Step, Tags } from "../../plugin/kind.ts";
import { tagBag, tagList } from "../tags.ts";

/** Puts tags on something of RDS, and takes some away. */
export async function tagArn({ aws }: Step, arn: string, put: Tags, remove: readonly string[]): Promise<void> {
  const rds = aws.client(RDSClient);
  if (remove.length > 0) await rds.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: [...remove] }));
  if (Object.keys(put).length > 0)
    await rds.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: tagList(put) }));
}

/** The tags of something of RDS that is told without them. */
export async function tagsOfArn({ aws }: Step, arn: string | undefined): Promise<Tags> {
  const { TagList: tags } = await aws.client(RDSClient).send(new ListTagsForResourceCommand({ ResourceName: arn }));
  return tagBag(tags);
}
