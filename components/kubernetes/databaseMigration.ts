import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { jobNamed, releaseName } from "./names.ts";
import { type ContainerPlan, onePodSpec } from "./pod.ts";

export interface DatabaseMigrationArgs {
  access: KubernetesAccess;
  prefix: string;
  version: string;
  /** What its Jobs run: the candidate's image, with a service's variables and secrets. */
  container: ContainerPlan;
  /** What migrates. */
  command: string[];
  /** What asks the database afterwards. */
  verify: string[];
  /** Text that a line of its output must hold. */
  prints: string;
  deadlineMs: number;
  /** How long the Jobs stay with their logs. */
  keepMs: number;
}

/** The database's schema as a release needs it: made by one Job of the candidate's image, and asked for by a second one. */
export class DatabaseMigration extends pulumi.ComponentResource {
  /** The line by which it is believed. */
  readonly verifiedBy: pulumi.Output<string>;

  constructor(name: string, args: DatabaseMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:DatabaseMigration", name, { version: args.version }, opts);
    const { prefix, version, command, verify, prints, deadlineMs, keepMs } = args;
    const job = (what: string) => jobNamed(prefix, releaseName(prefix, what, version));
    const migration = new GreenlightResource<{ verifiedBy: string }>(
      "greenlight:kubernetes:MigrationJob",
      name,
      {
        access: args.access,
        version,
        jobs: { migration: job("migrate"), verification: job("verify") },
        pod: onePodSpec(args.container),
        command,
        verify,
        prints,
        deadlineMs,
        keepMs,
      },
      ["verifiedBy"],
      { parent: this },
    );
    this.verifiedBy = migration.out("verifiedBy");
    this.registerOutputs({ verifiedBy: this.verifiedBy });
  }
}
