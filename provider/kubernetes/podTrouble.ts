import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** Why a pod is not ready. */
export interface PodTrouble {
  readonly pod: string;
  /** A sentence without a full stop. */
  readonly says: string;
  /** Whether waiting longer is no use: somebody must mend something first. */
  readonly final: boolean;
  /** The container whose last run's log says why, where there is one. */
  readonly log?: string;
}

/** Reasons of a waiting container that a person must mend, by the kubelet's own words. */
const needsMending = new Set([
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "CrashLoopBackOff",
]);

const spoken: Readonly<Record<string, string>> = {
  ImagePullBackOff: "its image cannot be pulled",
  ErrImagePull: "its image cannot be pulled",
  ErrImageNeverPull: "its image is not on the node and may not be pulled",
  InvalidImageName: "its image has no name that can be pulled",
  CreateContainerConfigError: "its container cannot be configured",
  CrashLoopBackOff: "its container ends again and again",
};

/** What keeps a pod from being ready, as the scheduler and the kubelet say; undefined where they say nothing yet. */
export function podTrouble(pod: V1Pod): PodTrouble | undefined {
  const name = pod.metadata?.name ?? "";
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") {
    return {
      pod: name,
      says: `no node takes it: ${scheduled.message ?? scheduled.reason ?? "no reason told"}`,
      final: false,
    };
  }
  // Of one that runs before the others, only what keeps it from ending well.
  const before = (pod.status?.initContainerStatuses ?? []).filter(
    ({ state }) => state?.waiting !== undefined || (state?.terminated?.exitCode ?? 0) !== 0,
  );
  for (const container of [...before, ...(pod.status?.containerStatuses ?? [])]) {
    const trouble = containerTrouble(container);
    if (trouble !== undefined) return { pod: name, ...trouble };
  }
  return undefined;
}

function containerTrouble(it: V1ContainerStatus): Omit<PodTrouble, "pod"> | undefined {
  const { waiting, terminated } = it.state ?? {};
  const ended = terminated ?? it.lastState?.terminated;
  const how =
    ended === undefined
      ? ""
      : ` (it ended with ${ended.reason === "OOMKilled" ? "no memory left" : `exit code ${ended.exitCode}`})`;
  if (waiting !== undefined) {
    const reason = waiting.reason ?? "";
    // A container that is being created waits as well, and nothing is wrong with it.
    if (spoken[reason] === undefined && !needsMending.has(reason)) return undefined;
    const message = waiting.message === undefined ? "" : `: ${waiting.message}`;
    const crashed = reason === "CrashLoopBackOff";
    return {
      says: `${spoken[reason] ?? reason}${crashed ? how : message}`,
      final: needsMending.has(reason),
      ...(crashed ? { log: it.name } : {}),
    };
  }
  if (terminated !== undefined) return { says: `its container ended${how}`, final: false, log: it.name };
  if (!it.ready && it.restartCount > 0 && ended !== undefined) {
    return { says: `its container was started ${it.restartCount + 1} times${how}`, final: false, log: it.name };
  }
  return it.ready ? undefined : { says: "it does not answer its probe well", final: false, log: it.name };
}
