import { z } from "zod";
import type { EnvironmentName } from "../../release/environment.ts";
import type { ServedTraffic } from "../../release/servesAsAsked.ts";
import type { TrafficCount } from "../../release/strategy/countedTraffic.ts";
import { awsServingFacts } from "../aws/serving.ts";
import { cloudWatching } from "../aws/watch/watching.ts";
import { kubernetesServingFacts } from "../kubernetes/facts.ts";
import { prometheusWatching } from "../prometheus/watching.ts";
import type { Observer } from "../watch/observer.ts";

const labels = z.record(z.string(), z.string());

/** Who tells what users are answered, by platform. Plain facts; no secret is among them. */
export const bakeSource = z.discriminatedUnion("platform", [
  z.strictObject({ platform: z.literal("local"), listen: z.string(), adminPort: z.number().int() }),
  z.strictObject({
    platform: z.literal("aws"),
    serving: awsServingFacts,
    watching: cloudWatching,
    /** Whether a function may take traffic back meanwhile. */
    byItself: z.boolean(),
  }),
  z.strictObject({
    platform: z.literal("kubernetes"),
    serving: kubernetesServingFacts,
    /** By which labels the pods of each side are found. */
    pods: z.array(z.strictObject({ service: z.string(), blue: labels, green: labels })).min(1),
    watching: prometheusWatching,
  }),
]);
export type BakeSource = z.infer<typeof bakeSource>;
export type BakeSourceOn<Platform extends BakeSource["platform"]> = Extract<BakeSource, { platform: Platform }>;

/** What a bake asks of a platform. */
export interface OpenBakeSource {
  readonly observer: Observer;
  /** Begins to count what both sides answer. */
  count(): TrafficCount | Promise<TrafficCount>;
  /** Where users are led, read now. @throws Problem where that is not told */
  serving(): Promise<ServedTraffic>;
  /** Ends its connections. */
  close(): Promise<void>;
}

/** Opens what tells of an environment; the code of one platform is read only by stacks on it. */
export async function openBakeSource(
  source: BakeSource,
  services: readonly string[],
  environment: EnvironmentName,
  signal: AbortSignal,
): Promise<OpenBakeSource> {
  switch (source.platform) {
    case "local":
      return (await import("../local/bakeSource.ts")).openProxy(source, services, environment);
    case "aws":
      return (await import("../aws/watch/bakeSource.ts")).openCloudWatch(source, environment, signal);
    case "kubernetes":
      return (await import("../kubernetes/bakeSource.ts")).openPrometheus(source, environment, signal);
  }
}
