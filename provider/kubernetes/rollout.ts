import { isDeepStrictEqual } from "node:util";
import type { V1Deployment, V1Pod, V1ReplicaSet } from "@kubernetes/client-node";
import { type PodTrouble, podTrouble } from "./podTrouble.ts";

/** What one service of an environment was asked to run. */
export interface AskedRollout {
  readonly service: string;
  readonly deployment: string;
  readonly selector: Readonly<Record<string, string>>;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** The least pods. */
  readonly replicas: number;
}

/** What was seen of an environment. */
export interface SeenRollout {
  readonly deployments: readonly V1Deployment[];
  readonly replicaSets: readonly V1ReplicaSet[];
  readonly pods: readonly V1Pod[];
}

export interface Rollout {
  readonly state: "done" | "going" | "stalled";
  /** What is missing, a sentence without a full stop; empty when it is done. */
  readonly says: string;
  /** Ready pods that run what was asked. */
  readonly ready: number;
  /** The set of pods of this statement: another one after each change of the template. */
  readonly incarnation: string;
  /** A pod whose log says more. */
  readonly trouble?: PodTrouble;
}

const revision = "deployment.kubernetes.io/revision";

/**
 * Whether a Deployment runs what was asked, by what its pods say of themselves: their image's digest as the node read it, and not the
 * Deployment's word for it. Pods of an earlier template, and such as are going, count for nothing.
 *
 * @param old {@link troublesOf} of when the asking began that have not gone since: they may be mended, and who tries again says so late
 */
export function rolloutOf(asked: AskedRollout, seen: SeenRollout, old: ReadonlySet<string> = new Set()): Rollout {
  const deployment = seen.deployments.find(({ metadata }) => metadata?.name === asked.deployment);
  if (deployment === undefined) return going(asked, "there is no such Deployment");
  const { metadata, spec, status } = deployment;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 1)) {
    return going(asked, "the Deployment controller has not seen the change yet");
  }
  const set = seen.replicaSets.find(
    (it) =>
      it.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid) === true &&
      it.metadata.annotations?.[revision] === metadata?.annotations?.[revision],
  );
  const refused = status?.conditions?.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
  const refusal =
    refused === undefined ? "" : `pods were refused: ${refused.message ?? refused.reason ?? "no reason told"}`;
  // What was scaled by the same change is scaled first, by its old pods: until their set is another one, they say nothing of what was asked.
  if (set === undefined || !isOfTemplate(set, deployment)) return going(asked, refusal || "its pods are not made yet");
  const incarnation = set.metadata?.uid ?? "";
  const own = seen.pods.filter(
    (it) =>
      it.metadata?.deletionTimestamp === undefined &&
      it.metadata?.ownerReferences?.some(({ uid }) => uid === set.metadata?.uid) === true,
  );
  const ready = own.filter(isReady);
  const foreign = ready.flatMap((it) => strangeImage(it, asked) ?? []);
  const right = ready.length - foreign.length;
  const wanted = Math.max(asked.replicas, spec?.replicas ?? 0);
  if (foreign.length > 0) {
    return { state: "stalled", says: foreign[0] ?? "", ready: right, incarnation };
  }
  const left = (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  if (right >= wanted && left <= 0) return { state: "done", says: "", ready: right, incarnation };
  const troubled = own.flatMap((of) => {
    const trouble = isReady(of) ? undefined : podTrouble(of);
    return trouble === undefined ? [] : [{ trouble, final: trouble.final && !old.has(finalTrouble(of) ?? "") }];
  });
  const { trouble, final = false } = troubled.find((it) => it.final) ?? troubled[0] ?? {};
  const late = noProgress(deployment);
  const why = [
    `${right} of ${wanted} pods are ready`,
    ...(trouble === undefined ? [] : [`${trouble.pod}: ${trouble.says}`]),
    ...(refusal === "" ? [] : [refusal]),
    ...(left > 0 && right >= wanted ? [`${left} pods of an earlier version are still there`] : []),
  ].join("; ");
  return {
    state: final || (late !== undefined && !old.has(late)) ? "stalled" : "going",
    says: why,
    ready: right,
    incarnation,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** What waiting seems not to help: Deployments that say that they make no progress any more, and pods that somebody must mend something for. */
export function troublesOf({ deployments, pods }: SeenRollout): ReadonlySet<string> {
  return new Set([...deployments.map(noProgress), ...pods.map(finalTrouble)].filter((it) => it !== undefined));
}

function noProgress({ metadata, status }: V1Deployment): string | undefined {
  const late = status?.conditions?.some((it) => it.type === "Progressing" && it.status === "False");
  return late === true ? `Deployment ${metadata?.name}` : undefined;
}

function finalTrouble(pod: V1Pod): string | undefined {
  return podTrouble(pod)?.final === true ? `pod ${pod.metadata?.name}` : undefined;
}

/** Whether a set's pods are what the Deployment states now; the set's own label of its hash aside. */
function isOfTemplate({ spec: set }: V1ReplicaSet, { spec: stated }: V1Deployment): boolean {
  const [own, asked] = [set?.template, stated?.template];
  return (
    isDeepStrictEqual(own?.spec, asked?.spec) &&
    isDeepStrictEqual(own?.metadata?.annotations ?? {}, asked?.metadata?.annotations ?? {})
  );
}

export function isReady({ status, metadata }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    status?.conditions?.some((it) => it.type === "Ready" && it.status === "True") === true
  );
}

/** Why a ready pod does not run what was asked; undefined when it does. A node that does not say what it runs counts as another image. */
function strangeImage({ metadata, status }: V1Pod, { service, digest }: AskedRollout): string | undefined {
  const container = status?.containerStatuses?.find(({ name }) => name === service);
  const runs = container?.imageID ?? "";
  if (runs.endsWith(digest)) return undefined;
  return `${metadata?.name} runs ${runs === "" ? "what its node does not tell" : runs}, and ${digest} was asked`;
}

function going({ deployment }: AskedRollout, says: string): Rollout {
  return { state: "going", says: `${deployment}: ${says}`, ready: 0, incarnation: "" };
}
