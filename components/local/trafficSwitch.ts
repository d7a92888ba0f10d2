import type { Weights } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface TrafficSwitchArgs {
  dir: string;
  listen: string;
  adminPort: number;
  /** Services that move together, at the same instant. */
  services: string[];
  /** Shares of users' traffic in percent. */
  weights: Weights;
  versions: { blue?: string; green?: string };
  /** Proofs of the gates; an environment without them gets no traffic. */
  proofs: pulumi.Input<GateProof[]>;
}

/** Which environment serves: one readable change in a preview, read back after it is made. */
export class TrafficSwitch extends pulumi.ComponentResource {
  /** Weights that the proxy was seen to use. */
  readonly serving: pulumi.Output<Weights>;

  constructor(name: string, args: TrafficSwitchArgs, opts?: pulumi.ComponentResourceOptions) {
    // The weights stand on the resource alone: a switch is shown once.
    super("greenlight:local:TrafficSwitch", name, { services: args.services }, opts);
    const traffic = new GreenlightResource<{ serving: Weights; readAt: string }>(
      "greenlight:local:Traffic",
      name,
      { ...args, requires: ["health", "smoke"] },
      ["serving", "readAt"],
      { parent: this },
    );
    this.serving = traffic.out("serving");
    this.registerOutputs({ serving: this.serving });
  }
}
