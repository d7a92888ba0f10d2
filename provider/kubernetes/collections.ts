import type {
  KubernetesListObject,
  KubernetesObject,
  V1Deployment,
  V1EndpointSlice,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1Service,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import type { Client } from "./client.ts";
import type { Followed } from "./follow.ts";
import { routeKind } from "./route.ts";

/** The label by which the endpoint controller says whose slice it is. */
export const sliceOwner = "kubernetes.io/service-name";

const selectorText = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const among = (key: string, values: readonly string[]) => `${key} in (${values.join(",")})`;

/** What all selectors agree in: one watch serves several services. */
export function common(selectors: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...others] = selectors;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => others.every((it) => it[key] === value)));
}

export function deployments({ apps, namespace }: Client, labels: Record<string, string>): Followed<V1Deployment> {
  const labelSelector = selectorText(labels);
  return {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    labelSelector,
    list: () => apps.listNamespacedDeployment({ namespace, labelSelector }),
  };
}

export function scalers(
  { autoscaling, namespace }: Client,
  labels: Record<string, string>,
): Followed<V2HorizontalPodAutoscaler> {
  const labelSelector = selectorText(labels);
  return {
    path: `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
    labelSelector,
    list: () => autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace, labelSelector }),
  };
}

export function replicaSets({ apps, namespace }: Client, labels: Record<string, string>): Followed<V1ReplicaSet> {
  const labelSelector = selectorText(labels);
  return {
    path: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
    labelSelector,
    list: () => apps.listNamespacedReplicaSet({ namespace, labelSelector }),
  };
}

export function pods({ core, namespace }: Client, labels: Readonly<Record<string, string>>): Followed<V1Pod> {
  const labelSelector = selectorText(labels);
  return {
    path: `/api/v1/namespaces/${namespace}/pods`,
    labelSelector,
    list: () => core.listNamespacedPod({ namespace, labelSelector }),
  };
}

export function jobs({ batch, namespace }: Client, labels: Readonly<Record<string, string>>): Followed<V1Job> {
  const labelSelector = selectorText(labels);
  return {
    path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
    labelSelector,
    list: () => batch.listNamespacedJob({ namespace, labelSelector }),
  };
}

export function claims(
  { core, namespace }: Client,
  labels: Readonly<Record<string, string>>,
): Followed<V1PersistentVolumeClaim> {
  const labelSelector = selectorText(labels);
  return {
    path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
    labelSelector,
    list: () => core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector }),
  };
}

export function services({ core, namespace }: Client, labels: Record<string, string>): Followed<V1Service> {
  const labelSelector = selectorText(labels);
  return {
    path: `/api/v1/namespaces/${namespace}/services`,
    labelSelector,
    list: () => core.listNamespacedService({ namespace, labelSelector }),
  };
}

/** The slices of these Services. */
export function endpointSlices({ discovery, namespace }: Client, owners: readonly string[]): Followed<V1EndpointSlice> {
  const labelSelector = among(sliceOwner, owners);
  return {
    path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    labelSelector,
    list: () => discovery.listNamespacedEndpointSlice({ namespace, labelSelector }),
  };
}

export function routes(client: Client, labels: Readonly<Record<string, string>>): Followed<KubernetesObject> {
  return customObjects(client, routeKind, labels);
}

/** Objects of a kind that is not Kubernetes' own. What they hold is read by whoever looks at one. */
export function customObjects(
  { custom, namespace }: Client,
  kind: { readonly group: string; readonly version: string; readonly plural: string },
  labels: Readonly<Record<string, string>>,
): Followed<KubernetesObject> {
  const labelSelector = selectorText(labels);
  return {
    path: `/apis/${kind.group}/${kind.version}/namespaces/${namespace}/${kind.plural}`,
    labelSelector,
    list: () =>
      custom.listNamespacedCustomObject({ ...kind, namespace, labelSelector }) as Promise<
        KubernetesListObject<KubernetesObject>
      >,
  };
}
