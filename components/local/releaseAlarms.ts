import type { Thresholds } from "../../release/thresholds.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface ReleaseAlarmsArgs {
  dir: string;
  services: string[];
  thresholds: Thresholds;
}

/** When a release is a no-go: thresholds on the proxy's counters. */
export class ReleaseAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: ReleaseAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:local:ReleaseAlarms", name, { services: args.services, thresholds: args.thresholds }, opts);
    const { dir, services, thresholds } = args;
    new GreenlightResource<{ armed: boolean }>(
      "greenlight:local:Alarms",
      name,
      { dir, thresholds, services },
      ["armed"],
      { parent: this },
    );
    this.registerOutputs({});
  }
}
