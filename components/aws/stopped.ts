import type { Settings } from "../../config.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { shareOf } from "../../release/strategy/rolling.ts";

/**
 * Whether an environment runs no task: the settings name its version as stopped, and give it no traffic. What they give traffic to runs,
 * whatever is named: an update that switches back starts it, and its gates come before the switch.
 */
export function isStopped(
  environment: EnvironmentName,
  settings: Pick<Settings, EnvironmentName | "live" | "share" | "aws">,
): boolean {
  const stopped = settings.aws?.stopped;
  return stopped !== undefined && settings[environment] === stopped && shareOf(environment, settings) === 0;
}

/** What of a stack cannot be stopped, a line each. @param of a key as the stack file names it */
export function stoppedFaults({ aws, strategy }: Settings, of: (key: string) => string): string[] {
  if (aws?.stopped === undefined) return [];
  const key = of("aws.stopped");
  return [
    ...(strategy.kind === "rolling"
      ? [`${key} is not offered with ${of("strategy.kind")} rolling: there the side without traffic runs one task`]
      : []),
    ...Object.entries(aws.services).flatMap(([name, { scaling }]) =>
      scaling === undefined
        ? []
        : [`${key} is not offered with ${of(`aws.services.${name}.scaling`)}, which would start its tasks again`],
    ),
  ];
}
