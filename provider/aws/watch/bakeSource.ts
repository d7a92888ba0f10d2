import type { EnvironmentName } from "../../../release/environment.ts";
import { within } from "../../../release/within.ts";
import type { BakeSourceOn, OpenBakeSource } from "../../gates/bakeSource.ts";
import { countTold } from "../../watch/toldCount.ts";
import { ToldObserver } from "../../watch/toldObserver.ts";
import { readAwsServing } from "../serving.ts";
import { healthyTargets } from "../targetHealth.ts";
import { cloudWatchLooks } from "./looks.ts";

/** How long AWS may take to answer one question, with all its tries, ms. */
const answerWithin = 60_000;

/** CloudWatch's figures and alarms, and the health of the targets. */
export function openCloudWatch(
  { serving, watching }: BakeSourceOn<"aws">,
  environment: EnvironmentName,
  signal: AbortSignal,
): OpenBakeSource {
  const looks = cloudWatchLooks(serving, watching, environment);
  return {
    observer: new ToldObserver({
      ...looks,
      healthy: () => within(answerWithin, signal, (patience) => healthyTargets(serving, environment, patience)),
      signal,
    }),
    count: () => countTold(looks.traffic, signal),
    async serving() {
      const { rules } = await within(answerWithin, signal, (patience) => readAwsServing(serving, patience));
      return { weights: Object.fromEntries(rules.map(({ service, weights }) => [service, weights])) };
    },
    close: async () => looks.close(),
  };
}
