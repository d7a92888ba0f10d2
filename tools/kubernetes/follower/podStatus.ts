import type { V1Container, V1ContainerState, V1ContainerStatus, V1Pod, V1PodStatus } from "@kubernetes/client-node";

/** What a node knows of a container. */
export interface ContainerFacts {
  readonly state: V1ContainerState;
  readonly last: V1ContainerState | undefined;
  readonly restarts: number;
  readonly ready: boolean;
}

/** A pod's status as a kubelet tells it. @param before what is known of those that run before its own, in their order */
export function podStatus(
  pod: V1Pod,
  container: V1Container,
  facts: ContainerFacts,
  places: { readonly podIP: string; readonly startedAt: Date },
  before: readonly ContainerFacts[] = [],
): V1PodStatus {
  const { state, restarts, ready } = facts;
  const first = pod.spec?.initContainers ?? [];
  const initialized = first.every((_, index) => before[index]?.state.terminated?.exitCode === 0);
  const failedBefore = before.some((it) => (it.state.terminated?.exitCode ?? 0) !== 0);
  const ended = state.terminated?.exitCode;
  const phase = failedBefore
    ? "Failed"
    : ended === undefined
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
  return {
    phase,
    hostIP: "127.0.0.1",
    podIP: places.podIP,
    podIPs: [{ ip: places.podIP }],
    startTime: places.startedAt,
    conditions: [
      ...kept,
      condition("Initialized", initialized),
      condition("Ready", ready),
      condition("ContainersReady", ready),
    ],
    ...(first.length === 0
      ? {}
      : { initContainerStatuses: first.map((it, index) => containerStatus(it, before[index] ?? initializing)) }),
    containerStatuses: [containerStatus(container, initialized ? facts : initializing)],
  };
}

/** A container whose turn has not come. */
export const initializing: ContainerFacts = {
  state: { waiting: { reason: "PodInitializing" } },
  last: undefined,
  restarts: 0,
  ready: false,
};

function containerStatus({ name, image = "" }: V1Container, facts: ContainerFacts): V1ContainerStatus {
  const { state, last, restarts, ready } = facts;
  return {
    name,
    image,
    imageID: state.waiting?.reason === "ErrImagePull" ? "" : image,
    ready,
    started: state.running !== undefined,
    restartCount: restarts,
    // What was said before is taken back: a patch adds to it.
    state: { waiting: null, running: null, terminated: null, ...state } as V1ContainerState,
    ...(last === undefined ? {} : { lastState: last }),
  };
}
