import type { Settings } from "../../config.ts";
import type { AwsServingFacts } from "../../provider/aws/serving.ts";
import { physicalName } from "./physicalName.ts";
import type { AwsSettings } from "./settings.ts";

/** What every name in AWS begins with. */
export function namePrefix(stack: string, aws: AwsSettings): string {
  return aws.name ?? stack;
}

/** Where what serves is read: plain facts from the settings alone, so that it can be read before, and without, the engine. */
export function servingFactsOf(stack: string, settings: Settings): AwsServingFacts | undefined {
  const { aws } = settings;
  if (aws === undefined) return undefined;
  const { existing } = aws.loadBalancer;
  const prefix = namePrefix(stack, aws);
  return {
    region: aws.region,
    ...(existing === undefined
      ? { loadBalancer: physicalName("loadBalancer", prefix) }
      : { listener: existing.listener }),
    services: Object.keys(settings.services).map((service) => ({
      service,
      blue: physicalName("targetGroup", prefix, "blue", service),
      green: physicalName("targetGroup", prefix, "green", service),
    })),
  };
}
