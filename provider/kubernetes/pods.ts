import type { V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import { isComingUp } from "./comingUp.ts";
import { podTrouble } from "./podTrouble.ts";
import { isReady } from "./rollout.ts";

type Selector = Readonly<Record<string, string>>;

/** Whether an object bears every label of a selector. */
export function bears(selector: Selector, metadata: V1ObjectMeta | undefined): boolean {
  return Object.entries(selector).every(([key, value]) => metadata?.labels?.[key] === value);
}

/**
 * The pods of a selector that are not on their way out. One that has ended, as by an eviction, stays in the API until it is collected,
 * for days where few others ended: it was replaced and will never run again.
 */
export function podsOf(selector: Selector, pods: readonly V1Pod[]): V1Pod[] {
  return pods.filter(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined && !hasEnded.has(status?.phase) && bears(selector, metadata),
  );
}

const hasEnded: ReadonlySet<string | undefined> = new Set(["Failed", "Succeeded"]);

/** What the pods of one service in one environment say. */
export interface SeenPods {
  readonly ready: number;
  readonly of: number;
  /** Of those that are not ready, how many come up for the first time, and have had no more time than that takes. */
  readonly comingUp: number;
  /** Digests of the images that ready pods run, as their nodes say; each once. `unknown` where one does not say. */
  readonly digests: readonly string[];
  /** What keeps pods from being ready, a sentence each without a full stop. */
  readonly troubles: readonly string[];
}

/**
 * @param service whose container the image is of
 * @param now milliseconds since 1970
 */
export function seenPods(service: string, selector: Selector, all: readonly V1Pod[], now = Date.now()): SeenPods {
  const own = podsOf(selector, all);
  const ready = own.filter(isReady);
  const digests = ready.map(({ status }) => {
    const { imageID = "" } = status?.containerStatuses?.find(({ name }) => name === service) ?? {};
    return /sha256:[0-9a-f]{64}$/.exec(imageID)?.[0] ?? "unknown";
  });
  return {
    ready: ready.length,
    of: own.length,
    comingUp: own.filter((pod) => !isReady(pod) && isComingUp(pod, now)).length,
    digests: [...new Set(digests)].sort(),
    troubles: own
      .filter((pod) => !isReady(pod))
      .map((pod) => `${pod.metadata?.name}: ${podTrouble(pod)?.says ?? "not ready yet"}`),
  };
}
