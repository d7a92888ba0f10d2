import type { Kind } from "./plugin/kind.ts";

/** Every resource type that the stand-in makes, by its official token; adding one is one line. */
export const kinds: Readonly<Record<string, Kind>> = {
  "kubernetes:apps/v1:Deployment": {
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    properties: ["spec"],
    replaceOn: ["spec.selector"],
    settles: "rollout",
  },
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    properties: ["spec"],
  },
  "kubernetes:batch/v1:Job": {
    apiVersion: "batch/v1",
    kind: "Job",
    plural: "jobs",
    properties: ["spec"],
    replaceOn: ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    settles: "job",
  },
  "kubernetes:core/v1:ConfigMap": {
    apiVersion: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    properties: ["data", "binaryData", "immutable"],
    replaceOn: ["data", "binaryData"],
  },
  "kubernetes:core/v1:Namespace": {
    apiVersion: "v1",
    kind: "Namespace",
    plural: "namespaces",
    cluster: true,
    properties: ["spec"],
  },
  "kubernetes:core/v1:Secret": {
    apiVersion: "v1",
    kind: "Secret",
    plural: "secrets",
    properties: ["data", "stringData", "type", "immutable"],
    replaceOn: ["data", "stringData", "type"],
    secret: ["data", "stringData"],
  },
  "kubernetes:core/v1:Service": {
    apiVersion: "v1",
    kind: "Service",
    plural: "services",
    properties: ["spec"],
    replaceOn: ["spec.clusterIP"],
  },
  "kubernetes:core/v1:ServiceAccount": {
    apiVersion: "v1",
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    properties: ["automountServiceAccountToken", "imagePullSecrets", "secrets"],
  },
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    plural: "httproutes",
    properties: ["spec"],
  },
  "kubernetes:monitoring.coreos.com/v1:PrometheusRule": {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    plural: "prometheusrules",
    properties: ["spec"],
  },
  "kubernetes:monitoring.coreos.com/v1:ServiceMonitor": {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    plural: "servicemonitors",
    properties: ["spec"],
  },
  "kubernetes:policy/v1:PodDisruptionBudget": {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets",
    properties: ["spec"],
  },
};
