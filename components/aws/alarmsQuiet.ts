import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface AlarmsQuietArgs {
  region: string;
  environment: EnvironmentName;
  /** Version that is about to be deployed there. */
  version: string;
  /** ARN of the listener that users reach. */
  listener: pulumi.Input<string>;
  /** ARN of each service's target group, by environment. */
  targetGroups: Record<EnvironmentName, Record<string, pulumi.Input<string>>>;
  /** Name of the alarm that says no-go, by environment. */
  alarms: Record<EnvironmentName, string>;
  /** Beginning of the names of the stack's alarms. */
  prefix: string;
  intervalMs: number;
  deadlineMs: number;
}

/** No alarm of what serves fires before a version is begun. */
export class AlarmsQuiet extends pulumi.ComponentResource {
  constructor(name: string, args: AlarmsQuietArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:QuietBeforeRelease", name, { environment: args.environment, version: args.version }, opts);
    const { targetGroups, ...inputs } = args;
    new GreenlightResource(
      "greenlight:aws:AlarmsQuiet",
      name,
      {
        ...inputs,
        services: Object.keys(targetGroups.blue).map((service) => ({
          service,
          blue: targetGroups.blue[service],
          green: targetGroups.green[service],
        })),
      },
      ["quiet", "askedAt"],
      { parent: this },
    );
    this.registerOutputs({});
  }
}
