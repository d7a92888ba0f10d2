import type { V1PodSpec } from "@kubernetes/client-node";
import { shell } from "../../provider/kubernetes/dump/shell.ts";
import { clientFolder, leaveClient } from "../../provider/kubernetes/dump/storeFiles.ts";
import type { DumpStoreSettings } from "./databaseSettings.ts";
import { type ContainerPlan, onePodSpec } from "./pod.ts";

const volume = "client";

/**
 * A pod that does one thing and can reach a store of dumps: a container before its own leaves rclone in a folder that both have, so that neither
 * image must hold the programs of the other.
 */
export function withStoreClient(plan: ContainerPlan, { path, image, secret }: DumpStoreSettings): V1PodSpec {
  const variables = { GREENLIGHT_CLIENT: clientFolder };
  const pod = onePodSpec({
    ...plan,
    env: { ...plan.env, ...variables, GREENLIGHT_STORE: path },
    secrets: [...plan.secrets, secret],
  });
  const before = onePodSpec({ ...plan, service: "client", image, env: variables, secrets: [] });
  return {
    ...pod,
    // rclone is 80 MB, and grows.
    volumes: [...(pod.volumes ?? []), { name: volume, emptyDir: { sizeLimit: "512Mi" } }],
    initContainers: before.containers.map((it) => ({
      ...it,
      command: shell(leaveClient),
      volumeMounts: [...(it.volumeMounts ?? []), { name: volume, mountPath: clientFolder }],
    })),
    containers: pod.containers.map((it) => ({
      ...it,
      volumeMounts: [...(it.volumeMounts ?? []), { name: volume, mountPath: clientFolder, readOnly: true }],
    })),
  };
}
