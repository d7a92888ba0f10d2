import type { V1Condition, V1Deployment, V1Job, V1Pod } from "@kubernetes/client-node";
import type { Bag } from "../../plugin/provider.ts";
import type { Connection } from "./connection.ts";
import { type Place, placeText } from "./kind.ts";

const defaultTimeoutMs = 10 * 60_000;

/**
 * Waits until what was applied is in force: every pod of a Deployment is the new one and available, a Job is complete.
 *
 * @throws Error with what the pods say when it fails, or does not get there in time.
 */
export async function settle(connection: Connection, place: Place, timeoutMs = defaultTimeoutMs): Promise<void> {
  let seen = "nothing";
  const see = (text: string) => {
    seen = text;
  };
  try {
    if (place.kind.settles === "rollout") {
      const look = (it: Bag | undefined) => rolledOut(it as V1Deployment | undefined, see);
      await connection.until(place, `${placeText(place)} to be rolled out`, timeoutMs, look, () => seen);
    }
    if (place.kind.settles === "job") {
      const look = (it: Bag | undefined) => completed(it as V1Job | undefined, see);
      await connection.until(place, `${placeText(place)} to be complete`, timeoutMs, look, () => seen);
    }
  } catch (error) {
    connection.signal.throwIfAborted();
    const why = await podsSay(connection, place).catch(() => "");
    throw new Error(`${error instanceof Error ? error.message : String(error)}${why}`, { cause: error });
  }
}

function rolledOut(it: V1Deployment | undefined, see: (text: string) => void): true | undefined {
  if (it === undefined) return undefined;
  const { spec, status, metadata } = it;
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas: updated = 0, availableReplicas: available = 0, replicas = 0 } = status ?? {};
  see(`${updated} of ${wanted} pods are new, ${available} of ${replicas} available`);
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return undefined;
  const stalled = conditionOf(status?.conditions, "Progressing", "False");
  if (stalled?.reason === "ProgressDeadlineExceeded") throw new Error(`The rollout stalled: ${stalled.message}`);
  return updated === wanted && replicas === wanted && available === wanted ? true : undefined;
}

function completed(it: V1Job | undefined, see: (text: string) => void): true | undefined {
  if (it === undefined) return undefined;
  const { active = 0, succeeded = 0, failed = 0, conditions } = it.status ?? {};
  see(`${active} pods at work, ${succeeded} done, ${failed} failed`);
  const failure = conditionOf(conditions, "Failed", "True");
  if (failure !== undefined) throw new Error(`The job failed: ${failure.message} (${failure.reason}).`);
  return conditionOf(conditions, "Complete", "True") === undefined ? undefined : true;
}

/** Why pods are not ready, in the words of the kubelet and the scheduler; one line for each. */
async function podsSay(connection: Connection, place: Place): Promise<string> {
  const owner = (await connection.get(place)) as V1Deployment | V1Job | undefined;
  const labels = Object.entries(owner?.spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  if (labels.length === 0) return "";
  const kind = { apiVersion: "v1", kind: "Pod", plural: "pods", properties: ["spec"] };
  const pods = (await connection.list({ ...place, kind }, labels.join(","))) as V1Pod[];
  const lines = pods.flatMap((pod) => troubles(pod).map((trouble) => `\n  pod ${pod.metadata?.name}: ${trouble}`));
  return lines.slice(0, 5).join("");
}

function troubles({ status }: V1Pod): string[] {
  const unscheduled = conditionOf(status?.conditions, "PodScheduled", "False");
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap((it) => {
    const { waiting, terminated } = it.state ?? {};
    if (waiting !== undefined) return [`${it.name} waits: ${waiting.reason} ${waiting.message ?? ""}`.trim()];
    if (terminated !== undefined && terminated.exitCode !== 0) return [`${it.name} ended with ${terminated.exitCode}`];
    return [];
  });
  return unscheduled === undefined ? containers : [`is not scheduled: ${unscheduled.message ?? ""}`, ...containers];
}

function conditionOf<T extends Pick<V1Condition, "type" | "status">>(
  conditions: readonly T[] | undefined,
  type: string,
  status: string,
): T | undefined {
  return conditions?.find((it) => it.type === type && it.status === status);
}
