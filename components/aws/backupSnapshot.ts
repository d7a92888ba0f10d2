import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface BackupSnapshotArgs {
  region: string;
  /** Identifier of an RDS instance. Either this or `cluster`. */
  instance?: string;
  /** Identifier of an Aurora cluster. */
  cluster?: string;
  /** Version that is about to be deployed: the snapshot is taken before it. */
  version: string;
  commit?: string;
  /** Beginning of the snapshot's identifier. */
  prefix: string;
  tags: Record<string, string>;
  /** How often its state is asked, and how long it may take. Milliseconds. */
  intervalMs: number;
  deadlineMs: number;
}

/** The database as it was before a release. No update removes it. */
export class BackupSnapshot extends pulumi.ComponentResource {
  readonly identifier: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: BackupSnapshotArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:BackupSnapshot", name, { version: args.version }, opts);
    if ((args.instance === undefined) === (args.cluster === undefined)) {
      throw new Error("BackupSnapshot takes either instance or cluster: leave one out.");
    }
    const snapshot = new GreenlightResource<{ identifier: string; arn: string; availableAt: string }>(
      "greenlight:aws:DatabaseSnapshot",
      name,
      { ...args },
      ["identifier", "arn", "availableAt"],
      { parent: this },
    );
    this.identifier = snapshot.out("identifier");
    this.arn = snapshot.out("arn");
    this.registerOutputs({ identifier: this.identifier, arn: this.arn });
  }
}
