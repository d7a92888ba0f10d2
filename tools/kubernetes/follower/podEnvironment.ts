import { ApiException, type CoreV1Api, type V1Container, type V1Pod } from "@kubernetes/client-node";

/**
 * The variables of a pod's process. Those of Secrets are read as a kubelet does. A process has no mounts: a variable that holds the path of
 * a mounted claim, or of a folder that the pod's containers share, is given the folder in its place.
 *
 * @param claims folders in place of claims, by name
 * @param shared makes the folder in place of a pod's volume, by its name
 * @returns why it cannot start, in a kubelet's words, where a Secret or a claim is not there
 */
export async function podEnvironment(
  core: CoreV1Api,
  pod: V1Pod,
  container: V1Container,
  claims: Readonly<Record<string, string>>,
  shared: (volume: string) => string,
): Promise<Readonly<Record<string, string>> | string> {
  const namespace = pod.metadata?.namespace ?? "";
  const env: Record<string, string> = {};
  for (const { secretRef } of container.envFrom ?? []) {
    if (secretRef?.name === undefined) continue;
    const { name } = secretRef;
    const secret = await core.readNamespacedSecret({ namespace, name }).catch((error: unknown) => {
      if (error instanceof ApiException && error.code === 404) return undefined;
      throw error;
    });
    if (secret === undefined) return `secret "${name}" not found`;
    for (const [key, value] of Object.entries(secret.data ?? {})) env[key] = Buffer.from(value, "base64").toString();
  }
  const folders = new Map<string, string>();
  for (const { name, persistentVolumeClaim, emptyDir } of pod.spec?.volumes ?? []) {
    const paths = (container.volumeMounts ?? []).flatMap((it) => (it.name === name ? [it.mountPath] : []));
    if (persistentVolumeClaim !== undefined) {
      const { claimName } = persistentVolumeClaim;
      const folder = claims[claimName];
      if (folder === undefined) return `persistentvolumeclaim "${claimName}" not found`;
      for (const path of paths) folders.set(path, folder);
    } else if (emptyDir !== undefined) {
      const named = paths.filter((path) => container.env?.some(({ value }) => value === path));
      for (const path of named) folders.set(path, shared(name));
    }
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    // The API leaves an empty value out, and a kubelet gives it all the same.
    if (valueFrom === undefined) env[name] = folders.get(value ?? "") ?? value ?? "";
  }
  return env;
}
