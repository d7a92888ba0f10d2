import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { releaseName, stackLabels } from "./names.ts";

export interface BackupSnapshotArgs {
  access: KubernetesAccess;
  prefix: string;
  /** Version that is about to be deployed: the snapshot is taken before it. */
  version: string;
  commit?: string;
  /** The claim that the database keeps its files on. */
  claim: string;
  snapshotClass?: string;
  deadlineMs: number;
}

/** The database's volume as it was before a release. No update removes it. */
export class BackupSnapshot extends pulumi.ComponentResource {
  /** Name of the VolumeSnapshot. */
  readonly snapshot: pulumi.Output<string>;

  constructor(name: string, args: BackupSnapshotArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:BackupSnapshot", name, { version: args.version }, opts);
    const { access, prefix, version, commit, claim, snapshotClass, deadlineMs } = args;
    const taken = new GreenlightResource<{ name: string }>(
      "greenlight:kubernetes:VolumeSnapshot",
      name,
      {
        access,
        prefix: releaseName(prefix, "before", version),
        labels: stackLabels(prefix),
        claim,
        ...(snapshotClass === undefined ? {} : { snapshotClass }),
        version,
        ...(commit === undefined ? {} : { commit }),
        deadlineMs,
      },
      ["name"],
      { parent: this },
    );
    this.snapshot = taken.out("name");
    this.registerOutputs({ snapshot: this.snapshot });
  }
}
