import type { Serving } from "../../provider/local/serving.ts";
import { Problem, sentence } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import { findLocalPlatform } from "../platform/local.ts";
import { wayBack } from "../rollback/wayBack.ts";
import type { HealthStatus, WayBackStatus } from "./status.ts";

/** Where the rollback command itself would go now, and whether somebody healthy is there. Null where nothing serves. */
export async function findWayBack(
  context: Context,
  serving: Serving | undefined,
  health: HealthStatus | undefined,
): Promise<WayBackStatus | null> {
  if (serving === undefined) return null;
  const none = { possible: false, environment: null, version: null, health: null };
  const platform = findLocalPlatform(context);
  if (platform === undefined) {
    return { ...none, reason: "only the clone that deployed it knows what runs in the other environment" };
  }
  try {
    const { environment, version } = await wayBack(context, { ...platform, serving: async () => serving });
    const counts = health === undefined ? null : { healthy: health.healthy, of: health.of };
    const sick = counts !== null && counts.healthy < counts.of;
    const reason = sick ? `${counts.healthy} of ${counts.of} instances are healthy` : null;
    return { possible: true, environment, version, health: counts, reason };
  } catch (error) {
    return { ...none, reason: error instanceof Problem ? error.happened : sentence(error) };
  }
}
