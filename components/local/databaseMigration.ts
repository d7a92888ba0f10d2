import type { DatabasePlan } from "../../release/manifest.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface DatabaseMigrationArgs {
  version: string;
  databaseUrl: pulumi.Input<string>;
  /** What the manifest says, with absolute paths. */
  plan: Exclude<DatabasePlan, { tool: "none" }>;
  /** Digest of the migration files, so that an edited file is a change. */
  digest: string;
  /** Folder of the project, where the team's own migration command line is looked for. */
  project: string;
}

/** The database's schema as a release needs it, verified by reading the migration table. */
export class DatabaseMigration extends pulumi.ComponentResource {
  /** What was read back, in words. */
  readonly verifiedBy: pulumi.Output<string>;

  constructor(name: string, args: DatabaseMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:local:DatabaseMigration", name, { version: args.version, tool: args.plan.tool }, opts);
    const migration = new GreenlightResource<{ applied: string[]; verifiedBy: string }>(
      "greenlight:index:DatabaseMigration",
      name,
      { ...args },
      ["applied", "verifiedBy"],
      { parent: this },
    );
    this.verifiedBy = migration.out("verifiedBy");
    this.registerOutputs({ verifiedBy: this.verifiedBy });
  }
}
