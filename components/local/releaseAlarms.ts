import type { Thresholds } from "../../release/thresholds.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

export interface ReleaseAlarmsArgs {
  dir: string;
  listen: string;
  adminPort: number;
  services: string[];
  thresholds: Thresholds;
  /** What is watched after a switch: the live environment and its version. */
  live: "blue" | "green";
  version: string;
  /** Milliseconds that the update itself watches after a switch; 0 leaves watching to the command. */
  bakeMs: number;
}

/** When a release is a no-go: thresholds on the proxy's counters, and the bake after a switch. */
export class ReleaseAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: ReleaseAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:local:ReleaseAlarms", name, { services: args.services, thresholds: args.thresholds }, opts);
    const { dir, listen, adminPort, services, thresholds } = args;
    const alarms = new GreenlightResource<{ armed: boolean }>(
      "greenlight:local:Alarms",
      name,
      { dir, thresholds, services },
      ["armed"],
      { parent: this },
    );
    if (args.bakeMs > 0) {
      new GreenlightResource<{ verdict: string }>(
        "greenlight:index:BakeGate",
        `${name}-bake`,
        {
          dir,
          listen,
          adminPort,
          services,
          thresholds,
          environment: args.live,
          version: args.version,
          forMs: args.bakeMs,
        },
        ["verdict"],
        { parent: this, dependsOn: [alarms] },
      );
    }
    this.registerOutputs({});
  }
}
