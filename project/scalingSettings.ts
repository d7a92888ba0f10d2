import type { z } from "zod";
import { group, whole } from "./settingKinds.ts";

/** How many instances of a service there are by load, on platforms where something scales them. */
export const scalingSettings = (what: "Tasks" | "Pods", cpu: string) =>
  group(
    {
      most: whole(1, 1_000).describe(`${what} at the most; \`instances\` is the least.`),
      cpu: whole(10, 90).default(60).describe(cpu),
    },
    "{ most: 10, cpu: 60 }",
  )
    .optional()
    .describe(`${what} by load. Left out, always \`instances\`.`);

export type ScalingSettings = NonNullable<z.infer<ReturnType<typeof scalingSettings>>>;

/**
 * What contradicts a service's scaling, a line each.
 *
 * @param key the service's group as the stack file names it
 * @param it.what what is counted, such as `tasks`
 * @param it.of a key as the stack file names it
 */
export function scalingFaults(
  key: string,
  scaling: ScalingSettings | undefined,
  it: {
    readonly what: string;
    readonly instances: number;
    readonly strategy: string;
    readonly of: (key: string) => string;
  },
): string[] {
  if (scaling === undefined) return [];
  return [
    ...(it.strategy === "rolling"
      ? [
          `${key}.scaling is not offered with ${it.of("strategy.kind")} rolling: there the share of the traffic says how many ${it.what} run`,
        ]
      : []),
    ...(scaling.most < it.instances
      ? [`${key}.scaling.most is ${scaling.most}, less than the ${it.instances} instances`]
      : []),
  ];
}
