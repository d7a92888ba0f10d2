import { CreateTagsCommand, DeleteTagsCommand, EC2Client, type ResourceType } from "@aws-sdk/client-ec2";
import type { Step, Tags } from "../../plugin/kind.ts";
import { tagList } from "../tags.ts";

/** EC2 tags by id, whatever the resource is. */
export async function tagId(step: Step, id: string, put: Tags, remove: readonly string[]): Promise<void> {
  const ec2 = step.aws.client(EC2Client);
  if (remove.length > 0) {
    await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: remove.map((Key) => ({ Key })) }));
  }
  if (Object.keys(put).length > 0) await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(put) }));
}

/** The tags of a resource that is being made; a request has none rather than an empty list. */
export function specifications(type: ResourceType, tags: Tags) {
  return Object.keys(tags).length === 0 ? {} : { TagSpecifications: [{ ResourceType: type, Tags: tagList(tags) }] };
}
