import type { KubernetesObject, V1Deployment, V1PodTemplateSpec } from "@kubernetes/client-node";
import { service, servicePort } from "./image.ts";

/** The pods of another contender: those of our own Deployment, by another name. */
export function podsLike({ spec }: V1Deployment, name: string, image: string): V1PodTemplateSpec {
  const pod = spec?.template.spec;
  if (pod === undefined) throw new Error("Our own Deployment has no pods to be like.");
  const { serviceAccountName: _, serviceAccount: __, ...like } = structuredClone(pod);
  const labels = { app: name };
  for (const it of like.topologySpreadConstraints ?? []) it.labelSelector = { matchLabels: labels };
  for (const it of like.containers) it.image = image;
  return { metadata: { labels }, spec: like };
}

export function serviceOf(name: string, namespace: string, app = name): KubernetesObject & { spec: object } {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app }, ports: [{ name: "http", port: servicePort, targetPort: "http" }] },
  };
}

/** New pods are all started at once and none is given up before: blue/green has as many. */
const rollingUpdate = { maxSurge: "100%", maxUnavailable: 0 } as const;

interface Plan {
  readonly name: string;
  readonly namespace: string;
  readonly pods: number;
  readonly template: V1PodTemplateSpec;
}

export function deploymentOf({ name, namespace, pods, template }: Plan): KubernetesObject & { spec: object } {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: pods,
      selector: { matchLabels: { app: name } },
      strategy: { type: "RollingUpdate", rollingUpdate },
      template,
    },
  };
}

/** A Rollout of Argo Rollouts. */
function rolloutOf({ name, namespace, pods, template }: Plan, strategy: object): KubernetesObject & { spec: object } {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name, namespace },
    spec: { replicas: pods, selector: { matchLabels: { app: name } }, strategy, template },
  };
}

export function previewOf(name: string): string {
  return `${name}-preview`;
}

/** Waits for the promote with the new pods ready; the old ones go `scaleDownDelaySeconds` after it. */
export function blueGreenRollout(plan: Plan, scaleDownDelaySeconds: number): KubernetesObject & { spec: object } {
  const { name } = plan;
  const services = { activeService: name, previewService: previewOf(name) };
  return rolloutOf(plan, { blueGreen: { ...services, autoPromotionEnabled: false, scaleDownDelaySeconds } });
}

/** Waits for the promote with a share of the pods new, behind one Service. */
export function canaryRollout(plan: Plan, share: number): KubernetesObject & { spec: object } {
  return rolloutOf(plan, { canary: { ...rollingUpdate, steps: [{ setWeight: share }, { pause: {} }] } });
}

/** What `kubectl set image` is told. */
export function containerImage(image: string): string {
  return `${service}=${image}`;
}
