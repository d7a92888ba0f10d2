import type { ProjectManifest } from "../../project/readManifest.ts";
import type { ContainerPlan } from "./pod.ts";
import type { KubernetesSettings } from "./settings.ts";

/** What of a service runs: its image and variables by the manifest, what it is given by the settings. */
export function containerPlan(
  kubernetes: KubernetesSettings,
  { services }: ProjectManifest["manifest"],
  service: string,
): ContainerPlan {
  const stated = services[service];
  const own = kubernetes.services[service];
  return {
    service,
    image: stated?.image ?? "",
    env: { ...stated?.env },
    config: own?.config ?? [],
    secrets: own?.secrets ?? [],
    pullSecrets: kubernetes.pullSecrets,
    cpu: own?.cpu ?? "100m",
    memory: own?.memory ?? "256Mi",
  };
}
