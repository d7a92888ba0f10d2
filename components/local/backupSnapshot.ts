import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface BackupSnapshotArgs {
  /** Version that is about to be deployed: the snapshot is taken before it. */
  version: string;
  databaseUrl: pulumi.Input<string>;
  /** Folder of the snapshots. */
  directory: string;
  /** Restore it into a scratch database and compare. */
  drill: boolean;
  keep: number;
  keepOnDestroy: boolean;
}

/** The database as it was before a release, checked to be restorable. */
export class BackupSnapshot extends pulumi.ComponentResource {
  readonly file: pulumi.Output<string>;
  readonly sha256: pulumi.Output<string>;

  constructor(name: string, args: BackupSnapshotArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:local:BackupSnapshot", name, { version: args.version }, opts);
    const snapshot = new GreenlightResource<{ file: string; sha256: string; bytes: number }>(
      "greenlight:index:BackupSnapshot",
      name,
      { ...args },
      ["file", "sha256", "bytes"],
      { parent: this },
    );
    this.file = snapshot.out("file");
    this.sha256 = snapshot.out("sha256");
    this.registerOutputs({ file: this.file, sha256: this.sha256 });
  }
}
