import type { V1PodSpec } from "@kubernetes/client-node";
import { dumpsFolder } from "../../provider/kubernetes/dump/claimFiles.ts";
import type { DumpSettings } from "./databaseSettings.ts";
import { withClaim } from "./mountedClaim.ts";
import { onePodSpec } from "./pod.ts";
import type { KubernetesSettings } from "./settings.ts";
import { withStoreClient } from "./storeClient.ts";

/**
 * The pod of a Job that works with dumps; what it runs is told by who runs it. It has no other rights than a service's pod, and runs as the user
 * whose files the dumps are: an image of PostgreSQL names none.
 *
 * @param secret whose keys become the variables of a server; none for one that looks at files alone
 * @param changes whether it writes to the claim
 */
export function dumpPod(
  { name, pullSecrets }: KubernetesSettings,
  { image, user, cpu, memory, claim, store }: DumpSettings,
  {
    env,
    secret,
    changes,
  }: { readonly env: Readonly<Record<string, string>>; readonly secret?: string; readonly changes: boolean },
): V1PodSpec {
  const plan = {
    service: "dump",
    image,
    env: { GREENLIGHT_STACK: name, ...(claim === undefined ? {} : { GREENLIGHT_FOLDER: dumpsFolder }), ...env },
    config: [],
    secrets: secret === undefined ? [] : [secret],
    pullSecrets,
    cpu,
    memory,
  };
  const pod = store === undefined ? onePodSpec(plan) : withStoreClient(plan, store);
  const owner = { runAsUser: user, runAsGroup: user, fsGroup: user, fsGroupChangePolicy: "OnRootMismatch" };
  const securityContext = { ...pod.securityContext, ...owner };
  if (claim === undefined) return { ...pod, securityContext };
  return withClaim({ ...pod, securityContext }, "backups", dumpsFolder, { claimName: claim, readOnly: !changes });
}
