import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  ECSClient,
  UpdateClusterCommand,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { bag, list, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  settings: z.array(z.strictObject({ name: z.literal("containerInsights"), value: z.string() })).optional(),
});

export const cluster = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["name"],
  computed: ["settings"],
  autoName: { property: "name", longest: 255 },
  tag: tagArn,
  async create({ aws, tags }, { name, settings }) {
    const { cluster } = await aws
      .client(ECSClient)
      .send(new CreateClusterCommand({ clusterName: name, settings, tags: list(tags) }));
    return cluster?.clusterArn ?? "";
  },
  async read({ aws }, id) {
    const { clusters } = await aws
      .client(ECSClient)
      .send(new DescribeClustersCommand({ clusters: [id], include: ["TAGS", "SETTINGS"] }));
    const found = clusters?.[0];
    if (found === undefined || found.status === "INACTIVE") return undefined;
    return { arn: found.clusterArn, name: found.clusterName, settings: found.settings, tagsAll: bag(found.tags) };
  },
  async update({ aws }, id, { settings }) {
    await aws.client(ECSClient).send(new UpdateClusterCommand({ cluster: id, settings }));
  },
  async delete({ aws }, id) {
    await orGone(aws.client(ECSClient).send(new DeleteClusterCommand({ cluster: id })), "ClusterNotFoundException");
  },
});
