import type { V1PodSpec } from "@kubernetes/client-node";
import { restoredFolder } from "../../provider/kubernetes/restore/restoreScript.ts";
import type { VolumeDrillSettings } from "./databaseSettings.ts";
import { withClaim } from "./mountedClaim.ts";
import { onePodSpec } from "./pod.ts";
import type { KubernetesSettings } from "./settings.ts";

/**
 * The pod of a Job that starts a database on a copy of its claim; what it runs is told by who runs it. It has no other rights than a service's
 * pod, no Secret, and runs as the user whose files they are. No group is given to them: PostgreSQL refuses files that a group may write.
 *
 * @param claim that was made from a snapshot
 */
export function drillPod(
  { pullSecrets }: KubernetesSettings,
  { image, user, cpu, memory, data = "", role, preload = "" }: VolumeDrillSettings,
  claim: string,
): V1PodSpec {
  const pod = onePodSpec({
    service: "drill",
    image,
    env: {
      GREENLIGHT_FOLDER: restoredFolder,
      GREENLIGHT_DATA: data,
      GREENLIGHT_ROLE: role,
      GREENLIGHT_PRELOAD: preload,
    },
    config: [],
    secrets: [],
    pullSecrets,
    cpu,
    memory,
  });
  const securityContext = { ...pod.securityContext, runAsUser: user, runAsGroup: user };
  return withClaim({ ...pod, securityContext }, "restored", restoredFolder, { claimName: claim });
}
