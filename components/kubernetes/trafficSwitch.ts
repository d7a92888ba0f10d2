import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { objectName, podSelector, serviceLabels, switchedServices } from "./names.ts";
import { KubernetesResource } from "./resource.ts";

export interface TrafficSwitchArgs {
  access: KubernetesAccess;
  prefix: string;
  /** Port of each service, by name. They switch one after the other, in this order, and go back in the same. */
  services: Record<string, number>;
  live: EnvironmentName;
  versions: { blue?: string; green?: string };
  /** Proofs of the gates; an environment without them gets no traffic. */
  proofs: pulumi.Input<GateProof[]>;
  deadlineMs: number;
  /** How long proxies may take to follow the endpoints. */
  endpointDelayMs: number;
}

/** Which environment serves: the selector of each live Service, after a gate and before a reading back. */
export class TrafficSwitch extends pulumi.ComponentResource {
  /** The environment that the live Services' endpoints were read to belong to. */
  readonly serving: pulumi.Output<EnvironmentName>;

  constructor(name: string, args: TrafficSwitchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:TrafficSwitch", name, { services: Object.keys(args.services) }, opts);
    const { access, prefix, live } = args;
    const all = Object.entries(args.services);
    const common = {
      access,
      services: switchedServices(prefix, Object.keys(args.services)),
      live,
      deadlineMs: args.deadlineMs,
    };
    const gate = new GreenlightResource<{ passedAt: string }>(
      "greenlight:kubernetes:SwitchGate",
      `${name}-gate`,
      { ...common, versions: args.versions, proofs: args.proofs, requires: ["health", "smoke"] },
      ["passedAt"],
      { parent: this },
    );
    let before: pulumi.Resource = gate;
    for (const [service, port] of all) {
      before = new KubernetesResource(
        "kubernetes:core/v1:Service",
        `${name}-${service}`,
        {
          name: objectName(prefix, service),
          namespace: access.namespace,
          labels: serviceLabels(prefix, service),
          // Whoever else wrote the selector was told by the gate; after a refresh it is ours again.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        {
          spec: {
            type: "ClusterIP",
            selector: podSelector(prefix, service, live),
            ports: [{ name: "http", port, targetPort: "http" }],
          },
        },
        { parent: this, dependsOn: [gate, before] },
      );
    }
    const readBack = new GreenlightResource<{ serving: EnvironmentName; readAt: string }>(
      "greenlight:kubernetes:TrafficReadBack",
      `${name}-read-back`,
      { ...common, endpointDelayMs: args.endpointDelayMs },
      ["serving", "readAt"],
      { parent: this, dependsOn: [before] },
    );
    this.serving = readBack.out("serving");
    this.registerOutputs({ serving: this.serving });
  }
}
