import type { V1PolicyRule, V1Role } from "@kubernetes/client-node";
import type { KubernetesTypes } from "./resource.ts";

/** What each kind that a stack makes is called in a Role. A kind without its line does not compile. */
const made: Readonly<Record<keyof KubernetesTypes, { readonly group: string; readonly resource: string }>> = {
  "kubernetes:apps/v1:Deployment": { group: "apps", resource: "deployments" },
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": { group: "autoscaling", resource: "horizontalpodautoscalers" },
  "kubernetes:core/v1:Service": { group: "", resource: "services" },
  "kubernetes:core/v1:ServiceAccount": { group: "", resource: "serviceaccounts" },
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": { group: "gateway.networking.k8s.io", resource: "httproutes" },
  "kubernetes:monitoring.coreos.com/v1:PrometheusRule": { group: "monitoring.coreos.com", resource: "prometheusrules" },
  "kubernetes:monitoring.coreos.com/v1:ServiceMonitor": { group: "monitoring.coreos.com", resource: "servicemonitors" },
  "kubernetes:policy/v1:PodDisruptionBudget": { group: "policy", resource: "poddisruptionbudgets" },
};

/** What the plugin does with an object: server-side apply creates by patch, and waits for a deletion by a watch. */
const making = ["create", "delete", "get", "list", "patch", "watch"];
const reading = ["get", "list", "watch"];

/** What the provider looks at, and what it makes by itself. */
const own: readonly V1PolicyRule[] = [
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: reading },
  { apiGroups: [""], resources: ["pods"], verbs: reading },
  // A namespace that is not there must not look like one in which nothing serves yet. Of all namespaces this allows the Role's own.
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
  // Why a container ends again and again.
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  // Why a migration's Job gets no pod: a quota, a webhook.
  { apiGroups: [""], resources: ["events"], verbs: ["list"] },
  // A migration's Jobs, those of dumps, and the snapshots before it, where the settings have them; neither is changed.
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "delete", ...reading] },
  { apiGroups: ["snapshot.storage.k8s.io"], resources: ["volumesnapshots"], verbs: ["create", "delete", ...reading] },
  // For a restore drill of those alone: the copy of the database's claim, which goes with it.
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["create", "delete", ...reading] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: reading },
];

/**
 * What whoever runs `pulumi up` must be allowed: in one namespace, and nothing of the cluster. It can read no Secret by itself; but who may
 * make pods may let a pod read any Secret and use any service account of the namespace.
 */
export function deployerRole(namespace: string): V1Role {
  const groups = [...new Set(Object.values(made).map(({ group }) => group))].sort();
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "greenlight-deployer", namespace },
    rules: [
      ...groups.map((group) => ({
        apiGroups: [group],
        resources: Object.values(made)
          .filter((it) => it.group === group)
          .map(({ resource }) => resource)
          .sort(),
        verbs: making,
      })),
      ...own,
    ],
  };
}
