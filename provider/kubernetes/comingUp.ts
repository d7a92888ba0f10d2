import type { V1Pod } from "@kubernetes/client-node";

/** How long a node may take to be found and to pull an image, beyond what the startup probe allows. Milliseconds. */
const placedWithin = 60_000;

/**
 * Whether a pod is on its way up for the first time, as one that an autoscaler adds or that takes the place of a drained one: it has no
 * traffic yet, and that it is not ready says nothing against its version. One that was started again, or takes longer than its startup probe
 * and a minute allow, is not.
 *
 * @param now milliseconds since 1970
 */
export function isComingUp({ metadata, spec, status }: V1Pod, now: number): boolean {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  if (containers.some(({ restartCount }) => restartCount > 0)) return false;
  // A container counts as started once its startup probe has passed.
  const own = status?.containerStatuses ?? [];
  if (own.length > 0 && own.every(({ started }) => started === true)) return false;
  const probes = (spec?.containers ?? []).map(({ startupProbe }) => {
    const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = startupProbe ?? {};
    return startupProbe === undefined ? 0 : initialDelaySeconds + periodSeconds * failureThreshold;
  });
  const since = metadata?.creationTimestamp?.getTime();
  return since !== undefined && now - since < placedWithin + Math.max(0, ...probes) * 1000;
}
