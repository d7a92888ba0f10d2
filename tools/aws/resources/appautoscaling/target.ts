import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
  type ServiceNamespace,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  maxCapacity: z.number().int().min(0),
  minCapacity: z.number().int().min(0),
  resourceId: z.string(),
  roleArn: z.string().optional(),
  scalableDimension: z.string(),
  serviceNamespace: z.string(),
});
type Inputs = z.infer<typeof inputs>;

/** What can be scaled; the official id is its resource id. */
export const target = kind<Inputs>({
  inputs,
  replaceOn: ["resourceId", "scalableDimension", "serviceNamespace"],
  computed: ["roleArn"],
  check: ({ minCapacity, maxCapacity }): Record<string, string> =>
    minCapacity > maxCapacity
      ? { minCapacity: `minCapacity ${minCapacity} is more than maxCapacity ${maxCapacity}` }
      : {},
  async tag({ aws }, _id, put, remove, state) {
    const scaling = aws.client(ApplicationAutoScalingClient);
    const at = { ResourceARN: String(state.arn) };
    if (remove.length > 0) await scaling.send(new UntagResourceCommand({ ...at, TagKeys: [...remove] }));
    if (Object.keys(put).length > 0) await scaling.send(new TagResourceCommand({ ...at, Tags: put }));
  },
  async create({ aws, tags }, news) {
    const some = Object.keys(tags).length === 0 ? {} : { Tags: tags };
    const request = new RegisterScalableTargetCommand({ ...registration(news), ...some });
    await aws.client(ApplicationAutoScalingClient).send(request);
    return news.resourceId;
  },
  async read({ aws }, id, state) {
    const scaling = aws.client(ApplicationAutoScalingClient);
    const { ScalableTargets: all } = await scaling.send(
      new DescribeScalableTargetsCommand({
        ServiceNamespace: (state.serviceNamespace ?? "ecs") as ServiceNamespace,
        ResourceIds: [id],
        ScalableDimension: state.scalableDimension as ScalableDimension | undefined,
      }),
    );
    const found = all?.[0];
    if (found === undefined) return undefined;
    const arn = found.ScalableTargetARN;
    const tags =
      arn === undefined ? undefined : (await scaling.send(new ListTagsForResourceCommand({ ResourceARN: arn }))).Tags;
    return {
      arn,
      maxCapacity: found.MaxCapacity,
      minCapacity: found.MinCapacity,
      resourceId: found.ResourceId,
      roleArn: found.RoleARN,
      scalableDimension: found.ScalableDimension,
      serviceNamespace: found.ServiceNamespace,
      tagsAll: tags ?? {},
    };
  },
  async update({ aws }, _id, news) {
    await aws.client(ApplicationAutoScalingClient).send(new RegisterScalableTargetCommand(registration(news)));
  },
  async delete({ aws }, id, state) {
    const request = new DeregisterScalableTargetCommand({
      ResourceId: id,
      ServiceNamespace: String(state.serviceNamespace) as ServiceNamespace,
      ScalableDimension: String(state.scalableDimension) as ScalableDimension,
    });
    await orGone(
      aws.client(ApplicationAutoScalingClient).send(request),
      "ObjectNotFoundException",
      "ValidationException",
    );
  },
});

function registration(it: Inputs) {
  return {
    ResourceId: it.resourceId,
    ServiceNamespace: it.serviceNamespace as ServiceNamespace,
    ScalableDimension: it.scalableDimension as ScalableDimension,
    MinCapacity: it.minCapacity,
    MaxCapacity: it.maxCapacity,
    RoleARN: it.roleArn,
  };
}
