import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import type { ScaledService } from "../../provider/kubernetes/podsMatched.ts";
import type { SwitchedService } from "../../provider/kubernetes/switching.ts";
import { environmentNames, servesAll, type Weights } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { type GatewayReference, httpRoute } from "./httpRoute.ts";
import { serviceLabels } from "./names.ts";
import { forced, KubernetesResource } from "./resource.ts";

/** A service whose traffic is switched. */
export interface TrafficArgs extends SwitchedService {
  port: number;
  /** What of users' requests is the service's; where a Gateway leads them. */
  hosts: readonly string[];
  paths: readonly string[];
}

/** Services whose number of pods is the load's. */
export interface ScaledPods {
  services: readonly ScaledService[];
  /** How long the pods that are missing may take. */
  deadlineMs: number;
  /** What must be there before they are counted. */
  after: pulumi.Resource[];
}

export interface TrafficSwitchArgs {
  access: KubernetesAccess;
  prefix: string;
  /** They switch one after the other, in this order, and go back in the same. */
  services: readonly TrafficArgs[];
  /** Shares of users' traffic in percent; all or nothing for a service without `route` and `both`. */
  weights: Weights;
  /** The Gateway whose routes lead users; left out, the live Services do. */
  gateway?: GatewayReference | undefined;
  /** The header by which testers ask a Gateway for an environment; left out, there is none. */
  testers?: { readonly header: string } | undefined;
  /** How many seconds a user stays with the version that answered first, while a Gateway shares traffic; left out, not at all. */
  stickySeconds?: number | undefined;
  versions: { blue?: string; green?: string };
  /** Proofs of the gates; an environment without them gets no traffic. */
  proofs: pulumi.Input<GateProof[]>;
  deadlineMs: number;
  /** How long proxies may take to follow the endpoints. */
  endpointDelayMs: number;
  /** Where services scale by load: they are to be of one size before traffic moves. */
  scaled?: ScaledPods;
}

/**
 * Which environment serves: the selector of each live Service, which names both while their pods share traffic, or the weights of each
 * HTTPRoute; after a gate and before a reading back.
 */
export class TrafficSwitch extends pulumi.ComponentResource {
  /** Where users were read to be led. */
  readonly serving: pulumi.Output<Weights>;

  constructor(name: string, args: TrafficSwitchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:TrafficSwitch", name, { services: args.services.map(({ service }) => service) }, opts);
    const { access, weights } = args;
    const common = {
      access,
      services: args.services.map(({ port, hosts, paths, ...switched }) => switched),
      weights,
      deadlineMs: args.deadlineMs,
    };
    const matched = this.#match(name, args);
    const gate = new GreenlightResource<{ passedAt: string }>(
      "greenlight:kubernetes:SwitchGate",
      `${name}-gate`,
      { ...common, versions: args.versions, proofs: args.proofs, requires: ["health", "smoke"] },
      ["passedAt"],
      { parent: this, dependsOn: matched },
    );
    let before: pulumi.Resource = gate;
    for (const it of args.services) before = this.#lead(name, args, it, [gate, before]);
    const readBack = new GreenlightResource<{ serving: Weights; readAt: string }>(
      "greenlight:kubernetes:TrafficReadBack",
      `${name}-read-back`,
      {
        ...common,
        endpointDelayMs: args.endpointDelayMs,
        ...(args.testers === undefined ? {} : { testers: args.testers.header }),
        ...(args.stickySeconds === undefined || servesAll(weights) !== undefined ? {} : { sticky: args.stickySeconds }),
      },
      ["serving", "readAt"],
      { parent: this, dependsOn: [before] },
    );
    this.serving = readBack.out("serving");
    this.registerOutputs({ serving: this.serving });
  }

  #match(name: string, { access, weights, versions, scaled }: TrafficSwitchArgs): pulumi.Resource[] {
    if (scaled === undefined) return [];
    const { services, deadlineMs, after } = scaled;
    return [
      new GreenlightResource<{ matchedAt: string }>(
        "greenlight:kubernetes:PodsMatched",
        `${name}-pods`,
        { access, services, weights, versions, deadlineMs },
        ["matchedAt"],
        { parent: this, dependsOn: after },
      ),
    ];
  }

  /** What leads the users of one service. */
  #lead(name: string, args: TrafficSwitchArgs, it: TrafficArgs, after: pulumi.Resource[]): pulumi.Resource {
    const { access, prefix, weights, versions, gateway } = args;
    const metadata = {
      name: it.name,
      namespace: access.namespace,
      labels: serviceLabels(prefix, it.service),
      // Whoever else wrote where users are led was told by the gate; after a refresh it is ours again.
      annotations: forced,
    };
    const options = { parent: this, dependsOn: after };
    if (gateway !== undefined && it.route !== undefined) {
      return new KubernetesResource(
        "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
        `${name}-${it.service}`,
        metadata,
        httpRoute(
          gateway,
          it,
          it.route,
          weights,
          environmentNames.filter((side) => versions[side] !== undefined),
          {
            testers: args.testers,
            ...(args.stickySeconds === undefined ? {} : { sticky: { seconds: args.stickySeconds, versions } }),
          },
        ),
        options,
      );
    }
    const environment = servesAll(weights);
    const selector = environment === undefined ? it.both : it[environment];
    if (selector === undefined) throw new RangeError("A Service's selector shares no traffic: it needs a Gateway.");
    return new KubernetesResource(
      "kubernetes:core/v1:Service",
      `${name}-${it.service}`,
      metadata,
      {
        spec: {
          type: "ClusterIP",
          selector,
          ports: [{ name: "http", port: it.port, targetPort: "http" }],
        },
      },
      options,
    );
  }
}
