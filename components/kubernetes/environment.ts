import { createHash } from "node:crypto";
import type { V1PodSpec } from "@kubernetes/client-node";
import type { ScalingSettings } from "../../project/scalingSettings.ts";
import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import { smokeVariables } from "../../release/serviceVariables.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { objectName, podSelector } from "./names.ts";
import { type PodPlan, podSpec } from "./pod.ts";
import { forced, KubernetesResource } from "./resource.ts";

/** One service of an environment, as it is started. */
export interface EnvironmentServiceArgs extends Omit<PodPlan, "service" | "serviceAccount" | "selector"> {
  /** Pods; the least when there is `scaling`. */
  readonly replicas: number;
  readonly scaling?: ScalingSettings;
}

export interface EnvironmentArgs {
  access: KubernetesAccess;
  /** What every name begins with. */
  prefix: string;
  environment: EnvironmentName;
  version: string;
  /** By service name. */
  services: Record<string, EnvironmentServiceArgs>;
  /** Address of each service in this environment, from where the smoke test runs. */
  addresses: Record<string, string>;
  /** Pods of a service that may be away at once while nodes are drained. */
  unavailable: number;
  deadlineMs: number;
  /** How long proxies may take to follow the endpoints. */
  endpointDelayMs: number;
  smoke: { command: string[]; directory: string; env: Record<string, string>; timeoutMs: number; logFile: string };
}

/** One side of a blue/green pair: its Deployments and Services, then the reading of what runs, then its smoke test. */
export class Environment extends pulumi.ComponentResource {
  /** What the gates passed; the switch asks for them. */
  readonly proofs: pulumi.Output<GateProof[]>;
  /** By service. */
  readonly #templates: Record<string, V1PodSpec> = {};

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:Environment", name, { environment: args.environment, version: args.version }, opts);
    const { environment, version, access } = args;
    const made = Object.entries(args.services).flatMap(([service, it]) => this.#service(name, service, it, args));
    const rollout = new GreenlightResource<{ incarnations: string[]; proof: GateProof }>(
      "greenlight:kubernetes:RolloutDone",
      `${name}-rollout`,
      {
        access,
        environment,
        version,
        services: Object.entries(args.services).map(([service, { image, replicas }]) => ({
          service,
          deployment: objectName(args.prefix, service, environment),
          selector: podSelector(args.prefix, service, environment),
          digest: image.slice(image.indexOf("@") + 1),
          replicas,
          template: createHash("sha256").update(JSON.stringify(this.#templates[service])).digest("hex"),
        })),
        deadlineMs: args.deadlineMs,
        endpointDelayMs: args.endpointDelayMs,
      },
      ["incarnations", "proof"],
      { parent: this, dependsOn: made },
    );
    const { logFile, ...smokeTest } = args.smoke;
    const smoke = new GreenlightResource<{ proof: GateProof }>(
      "greenlight:index:SmokeGate",
      `${name}-smoke`,
      {
        environment,
        version,
        ...smokeTest,
        env: { ...smokeVariables(args.addresses, environment, version), ...smokeTest.env },
        secretEnv: pulumi.secret({}),
        logFile,
        incarnations: rollout.out("incarnations"),
      },
      ["proof"],
      { parent: this, dependsOn: [rollout] },
    );
    this.proofs = pulumi.all([rollout.out("proof"), smoke.out("proof")]);
    this.registerOutputs({ version });
  }

  #service(name: string, service: string, it: EnvironmentServiceArgs, args: EnvironmentArgs): pulumi.Resource[] {
    const { prefix, environment, version } = args;
    const { namespace } = args.access;
    const labels = podSelector(prefix, service, environment);
    const own = objectName(prefix, service, environment);
    const { replicas, scaling, ...pod } = it;
    const spec = podSpec({ ...pod, service, serviceAccount: own, selector: labels });
    this.#templates[service] = spec;
    const metadata = { name: own, namespace, labels, annotations: { "greenlight/version": version } };
    const account = new KubernetesResource(
      "kubernetes:core/v1:ServiceAccount",
      `${name}-${service}-account`,
      metadata,
      { automountServiceAccountToken: false },
      { parent: this },
    );
    const deployment = new KubernetesResource(
      "kubernetes:apps/v1:Deployment",
      `${name}-${service}`,
      metadata,
      {
        spec: {
          replicas,
          revisionHistoryLimit: 2,
          progressDeadlineSeconds: Math.max(it.startSeconds + 1, Math.ceil(args.deadlineMs / 1_000)),
          selector: { matchLabels: labels },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels, annotations: { "greenlight/version": version } },
            spec,
          },
        },
      },
      // With scaling it starts with so many, and from then on the number is the load's, not ours.
      { parent: this, dependsOn: [account], ...(scaling === undefined ? {} : { ignoreChanges: ["spec.replicas"] }) },
    );
    const address = new KubernetesResource(
      "kubernetes:core/v1:Service",
      `${name}-${service}-address`,
      metadata,
      { spec: { type: "ClusterIP", selector: labels, ports: [{ name: "http", port: it.port, targetPort: "http" }] } },
      { parent: this },
    );
    const budget = new KubernetesResource(
      "kubernetes:policy/v1:PodDisruptionBudget",
      `${name}-${service}-budget`,
      metadata,
      { spec: { maxUnavailable: args.unavailable, selector: { matchLabels: labels } } },
      { parent: this },
    );
    if (scaling === undefined) return [deployment, address, budget];
    const scaler = new KubernetesResource(
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
      `${name}-${service}-scaling`,
      { ...metadata, annotations: { ...metadata.annotations, ...forced } },
      {
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: own },
          minReplicas: replicas,
          maxReplicas: scaling.most,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: scaling.cpu } },
            },
          ],
        },
      },
      { parent: this, dependsOn: [deployment] },
    );
    return [deployment, address, budget, scaler];
  }
}
