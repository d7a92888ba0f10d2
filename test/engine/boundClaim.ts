import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";

/** A claim of a folder of this machine, bound to a volume as a storage would have made it, for the scheduler waits for that. */
export async function boundClaim(config: KubeConfig, namespace: string, name: string, path: string): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  const common = { accessModes: ["ReadWriteOnce"], storageClassName: "" };
  const size = { storage: "1Gi" };
  const claimRef = { namespace, name };
  await core.createPersistentVolume({
    body: { metadata: { name }, spec: { ...common, capacity: size, hostPath: { path }, claimRef } },
  });
  await core.createNamespacedPersistentVolumeClaim({
    namespace,
    body: { metadata: { name }, spec: { ...common, resources: { requests: size }, volumeName: name } },
  });
}
