import type { V1Container, V1ContainerState, V1Pod, V1PodStatus } from "@kubernetes/client-node";

/** What a node knows of a pod's one container. */
export interface ContainerFacts {
  readonly state: V1ContainerState;
  readonly last: V1ContainerState | undefined;
  readonly restarts: number;
  readonly ready: boolean;
}

/** A pod's status as a kubelet tells it. */
export function podStatus(
  pod: V1Pod,
  container: V1Container,
  facts: ContainerFacts,
  places: { readonly podIP: string; readonly startedAt: Date },
): V1PodStatus {
  const { state, last, restarts, ready } = facts;
  const ended = state.terminated?.exitCode;
  const phase =
    ended === undefined
      ? state.running === undefined && restarts === 0
        ? "Pending"
        : "Running"
      : ended === 0
        ? "Succeeded"
        : "Failed";
  const condition = (type: string, yes: boolean) => {
    const status = yes ? "True" : "False";
    const before = pod.status?.conditions?.find((it) => it.type === type && it.status === status);
    return { type, status, lastTransitionTime: before?.lastTransitionTime ?? new Date() };
  };
  const kept = (pod.status?.conditions ?? []).filter(({ type }) => type === "PodScheduled");
  const image = container.image ?? "";
  return {
    phase,
    hostIP: "127.0.0.1",
    podIP: places.podIP,
    podIPs: [{ ip: places.podIP }],
    startTime: places.startedAt,
    conditions: [
      ...kept,
      condition("Initialized", true),
      condition("Ready", ready),
      condition("ContainersReady", ready),
    ],
    containerStatuses: [
      {
        name: container.name,
        image,
        imageID: state.waiting?.reason === "ErrImagePull" ? "" : image,
        ready,
        started: state.running !== undefined,
        restartCount: restarts,
        state,
        ...(last === undefined ? {} : { lastState: last }),
      },
    ],
  };
}
