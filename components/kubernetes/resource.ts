import type {
  V1Deployment,
  V1ObjectMeta,
  V1PodDisruptionBudget,
  V1Service,
  V1ServiceAccount,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import * as pulumi from "../pulumi.ts";
import type { HttpRoute } from "./httpRoute.ts";
import type { PrometheusRule } from "./releaseAlarms.ts";
import type { ServiceMonitor } from "./serviceMetrics.ts";

/** Every kind that a stack makes, by the type of the kubernetes plugin. The deployer's Role is made from the same list. */
export interface KubernetesTypes {
  "kubernetes:apps/v1:Deployment": V1Deployment;
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": V2HorizontalPodAutoscaler;
  "kubernetes:core/v1:Service": V1Service;
  "kubernetes:core/v1:ServiceAccount": V1ServiceAccount;
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": HttpRoute;
  "kubernetes:monitoring.coreos.com/v1:PrometheusRule": PrometheusRule;
  "kubernetes:monitoring.coreos.com/v1:ServiceMonitor": ServiceMonitor;
  "kubernetes:policy/v1:PodDisruptionBudget": V1PodDisruptionBudget;
}

type Body<Type extends keyof KubernetesTypes> = Omit<
  KubernetesTypes[Type],
  "apiVersion" | "kind" | "metadata" | "status"
>;

/** The name and labels of an object; where it is comes from the provider's namespace, and is said all the same. */
export type Metadata = Pick<V1ObjectMeta, "labels" | "annotations"> & {
  readonly name: string;
  readonly namespace: string;
};

/**
 * For an object of which a field is written by others too: what leads users by whoever moves traffic in an emergency, the least pods by
 * PodsMatched. An update takes it back.
 */
export const forced = { "pulumi.com/patchForce": "true" } as const;

/**
 * An object of the kubernetes plugin, typed by the API itself and declared without the plugin's own package: each of its classes brings
 * the whole SDK (see ../pulumi.ts).
 */
export class KubernetesResource<Type extends keyof KubernetesTypes> extends pulumi.CustomResource {
  constructor(type: Type, name: string, metadata: Metadata, body: Body<Type>, opts: pulumi.CustomResourceOptions) {
    const [, group = "", kind = ""] = type.split(":");
    // The plugin's own waiting is left out: gates of ours wait, and say why they do.
    const annotations = { ...metadata.annotations, "pulumi.com/skipAwait": "true" };
    super(
      type,
      name,
      { apiVersion: group.replace(/^core\//, ""), kind, metadata: { ...metadata, annotations }, ...body },
      opts,
    );
  }
}

export interface KubernetesProviderArgs {
  /** Path; left out, where kubectl looks. Never its content: that would be kept in the state. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace: string;
}

/** The kubernetes provider of a stack: one cluster, one namespace. */
export class KubernetesProvider extends pulumi.ProviderResource {
  constructor(name: string, args: KubernetesProviderArgs, opts?: pulumi.CustomResourceOptions) {
    // A provider takes text alone.
    super("kubernetes", name, { ...args, enableServerSideApply: "true" }, opts);
  }
}
