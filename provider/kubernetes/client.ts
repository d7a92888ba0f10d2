import {
  AppsV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  KubeConfig,
} from "@kubernetes/client-node";
import { Problem, sentence } from "../../release/problem.ts";
import type { KubernetesAccess } from "./facts.ts";

/** The API of one cluster, by the credentials of its kubeconfig. */
export interface Client {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly autoscaling: AutoscalingV2Api;
  readonly batch: BatchV1Api;
  readonly discovery: DiscoveryV1Api;
  /** What is of no kind of Kubernetes itself, such as the HTTPRoutes of a Gateway. */
  readonly custom: CustomObjectsApi;
  readonly namespace: string;
  /** For errors: the cluster's address and the namespace. */
  readonly where: string;
}

/** @throws Problem for a kubeconfig that cannot be read, or without that context */
export function openClient({ kubeconfig, context, namespace }: KubernetesAccess): Client {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw kubeconfigProblem(kubeconfig, `could not be read: ${sentence(error).split("\n")[0]}`);
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.getContexts().map(({ name }) => name);
      throw kubeconfigProblem(kubeconfig, `has no context ${context}; it has ${known.join(", ") || "none"}`);
    }
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw kubeconfigProblem(kubeconfig, "names no cluster");
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    autoscaling: config.makeApiClient(AutoscalingV2Api),
    batch: config.makeApiClient(BatchV1Api),
    discovery: config.makeApiClient(DiscoveryV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    namespace,
    where: `${cluster.server}, namespace ${namespace}`,
  };
}

function kubeconfigProblem(kubeconfig: string | undefined, what: string): Problem {
  return new Problem({
    happened: `The kubeconfig ${what}.`,
    where: kubeconfig ?? process.env.KUBECONFIG ?? "~/.kube/config",
    untouched: "Nothing was changed.",
    next: "set KUBECONFIG, or greenlight:kubernetes.kubeconfig and .context",
  });
}
