import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface SnapshotRetentionArgs {
  region: string;
  /** Identifier of an RDS instance. Either this or `cluster`. */
  instance?: string;
  /** Identifier of an Aurora cluster. */
  cluster?: string;
  /** Value of the tag `greenlight:stack` of the stack's snapshots. */
  stack: string;
  /** How many stay, beside those of deployed versions. */
  keep: number;
  /** Versions that are deployed. */
  deployed: string[];
}

/** Which snapshots stay after a release: the newest, and what a rollback may need. */
export class SnapshotRetention extends pulumi.ComponentResource {
  constructor(name: string, args: SnapshotRetentionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:KeptSnapshots", name, { keep: args.keep }, opts);
    new GreenlightResource("greenlight:aws:SnapshotRetention", name, { ...args }, ["removed", "kept"], {
      parent: this,
    });
    this.registerOutputs({});
  }
}
