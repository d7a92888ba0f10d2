import type { V1PersistentVolumeClaimVolumeSource, V1PodSpec } from "@kubernetes/client-node";

/** A pod whose containers all find a claim at a path beside what they have. @param volume what the pod calls it */
export function withClaim(
  pod: V1PodSpec,
  volume: string,
  mountPath: string,
  source: V1PersistentVolumeClaimVolumeSource,
): V1PodSpec {
  const readOnly = source.readOnly === undefined ? {} : { readOnly: source.readOnly };
  return {
    ...pod,
    volumes: [...(pod.volumes ?? []), { name: volume, persistentVolumeClaim: source }],
    containers: pod.containers.map((it) => ({
      ...it,
      volumeMounts: [...(it.volumeMounts ?? []), { name: volume, mountPath, ...readOnly }],
    })),
  };
}
