import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  type MetricType,
  PutScalingPolicyCommand,
  type ScalableDimension,
  type ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import { z } from "zod";
import type { Step } from "../../plugin/kind.ts";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  policyType: z.enum(["TargetTrackingScaling"]).default("TargetTrackingScaling"),
  resourceId: z.string(),
  scalableDimension: z.string(),
  serviceNamespace: z.string(),
  targetTrackingScalingPolicyConfiguration: z
    .strictObject({
      targetValue: z.number(),
      disableScaleIn: z.boolean().default(false),
      scaleInCooldown: z.number().int().optional(),
      scaleOutCooldown: z.number().int().optional(),
      predefinedMetricSpecification: z
        .strictObject({ predefinedMetricType: z.string(), resourceLabel: z.string().optional() })
        .optional(),
    })
    .optional(),
});
type Inputs = z.infer<typeof inputs>;

/** A scaling policy; the official id is its name. */
export const policy = kind<Inputs>({
  inputs,
  replaceOn: ["name", "policyType", "resourceId", "scalableDimension", "serviceNamespace"],
  autoName: { property: "name", longest: 255 },
  async create(step, news) {
    await put(step, news);
    return news.name ?? "";
  },
  async read({ aws }, id, state) {
    const { ScalingPolicies: all } = await aws.client(ApplicationAutoScalingClient).send(
      new DescribeScalingPoliciesCommand({
        ServiceNamespace: (state.serviceNamespace ?? "ecs") as ServiceNamespace,
        PolicyNames: [id],
        ...(typeof state.resourceId === "string" ? { ResourceId: state.resourceId } : {}),
      }),
    );
    const found = all?.find(({ PolicyName: name }) => name === id);
    if (found === undefined) return undefined;
    const tracking = found.TargetTrackingScalingPolicyConfiguration;
    const metric = tracking?.PredefinedMetricSpecification;
    return {
      arn: found.PolicyARN,
      alarmArns: found.Alarms?.map(({ AlarmARN: arn }) => arn),
      name: found.PolicyName,
      policyType: found.PolicyType,
      resourceId: found.ResourceId,
      scalableDimension: found.ScalableDimension,
      serviceNamespace: found.ServiceNamespace,
      targetTrackingScalingPolicyConfiguration:
        tracking === undefined
          ? undefined
          : {
              targetValue: tracking.TargetValue,
              disableScaleIn: tracking.DisableScaleIn ?? false,
              scaleInCooldown: tracking.ScaleInCooldown,
              scaleOutCooldown: tracking.ScaleOutCooldown,
              predefinedMetricSpecification:
                metric === undefined
                  ? undefined
                  : { predefinedMetricType: metric.PredefinedMetricType, resourceLabel: metric.ResourceLabel },
            },
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id, state) {
    const request = new DeleteScalingPolicyCommand({
      PolicyName: id,
      ResourceId: String(state.resourceId),
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

async function put({ aws }: Step, news: Inputs): Promise<void> {
  const tracking = news.targetTrackingScalingPolicyConfiguration;
  const metric = tracking?.predefinedMetricSpecification;
  await aws.client(ApplicationAutoScalingClient).send(
    new PutScalingPolicyCommand({
      PolicyName: news.name,
      PolicyType: news.policyType,
      ResourceId: news.resourceId,
      ServiceNamespace: news.serviceNamespace as ServiceNamespace,
      ScalableDimension: news.scalableDimension as ScalableDimension,
      ...(tracking === undefined
        ? {}
        : {
            TargetTrackingScalingPolicyConfiguration: {
              TargetValue: tracking.targetValue,
              DisableScaleIn: tracking.disableScaleIn,
              ScaleInCooldown: tracking.scaleInCooldown,
              ScaleOutCooldown: tracking.scaleOutCooldown,
              ...(metric === undefined
                ? {}
                : {
                    PredefinedMetricSpecification: {
                      PredefinedMetricType: metric.predefinedMetricType as MetricType,
                      ResourceLabel: metric.resourceLabel,
                    },
                  }),
            },
          }),
    }),
  );
}
