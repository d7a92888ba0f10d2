import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { stackLabels } from "./names.ts";

export interface SnapshotRetentionArgs {
  access: KubernetesAccess;
  prefix: string;
  /** How many stay, beside those of deployed versions. */
  keep: number;
  /** Versions that are deployed. */
  deployed: string[];
}

/** Which snapshots stay after a release: the newest, and what a rollback may need. */
export class SnapshotRetention extends pulumi.ComponentResource {
  constructor(name: string, args: SnapshotRetentionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:KeptSnapshots", name, { keep: args.keep }, opts);
    const { access, prefix, keep, deployed } = args;
    new GreenlightResource(
      "greenlight:kubernetes:SnapshotRetention",
      name,
      { access, labels: stackLabels(prefix), keep, deployed },
      ["removed", "kept"],
      { parent: this },
    );
    this.registerOutputs({});
  }
}
