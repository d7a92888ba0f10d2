import { ECSClient, TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ecs";
import type { Step, Tags } from "../../plugin/kind.ts";

export async function tagArn(step: Step, resourceArn: string, put: Tags, tagKeys: readonly string[]): Promise<void> {
  const ecs = step.aws.client(ECSClient);
  if (tagKeys.length > 0) await ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: [...tagKeys] }));
  if (Object.keys(put).length > 0) await ecs.send(new TagResourceCommand({ resourceArn, tags: list(put) }));
}

/** Tags as ECS writes them. */
export function list(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function bag(tags: readonly { key?: string | undefined; value?: string | undefined }[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ key = "", value = "" }) => [key, value]));
}
