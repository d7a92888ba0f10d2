import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { Task, type TaskArgs } from "./task.ts";

export interface DatabaseMigrationArgs {
  version: string;
  /** ARN. */
  cluster: pulumi.Input<string>;
  subnets: pulumi.Input<string>[];
  securityGroup: pulumi.Input<string>;
  /** What its tasks are started from: the candidate's image, with a service's variables and secrets. */
  task: TaskArgs;
  /** What migrates. */
  command: string[];
  /** What asks the database afterwards. */
  verify: string[];
  /** Text that a line of its output must hold. */
  prints: string;
  intervalMs: number;
  deadlineMs: number;
}

/** The database's schema as a release needs it: made by one task of the candidate's image, and asked for by a second one. */
export class DatabaseMigration extends pulumi.ComponentResource {
  /** The line by which it is believed. */
  readonly verifiedBy: pulumi.Output<string>;

  constructor(name: string, args: DatabaseMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:DatabaseMigration", name, { version: args.version }, opts);
    const task = new Task(`${name}-task`, args.task, { parent: this });
    const migration = new GreenlightResource<{ verifiedBy: string }>(
      "greenlight:aws:MigrationTask",
      name,
      {
        region: args.task.region,
        cluster: args.cluster,
        taskDefinition: task.definition,
        container: args.task.role,
        subnets: args.subnets,
        securityGroups: [args.securityGroup],
        logGroup: task.logGroup,
        version: args.version,
        command: args.command,
        verify: args.verify,
        prints: args.prints,
        intervalMs: args.intervalMs,
        deadlineMs: args.deadlineMs,
      },
      ["verifiedBy"],
      { parent: this, dependsOn: [task] },
    );
    this.verifiedBy = migration.out("verifiedBy");
    this.registerOutputs({ verifiedBy: this.verifiedBy });
  }
}
