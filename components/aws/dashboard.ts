import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { dashboardBody } from "./dashboardBody.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";

export interface DashboardArgs {
  stack: string;
  region: string;
  /** What CloudWatch calls the load balancer. */
  loadBalancer: pulumi.Input<string>;
  /** What CloudWatch calls each service's target group, by environment. */
  targetGroups: Record<EnvironmentName, Record<string, pulumi.Input<string>>>;
  /** What was switched to last, and the ISO time at which traffic was read to be there. */
  switched: { to: string; at: pulumi.Input<string> };
}

/** Both environments side by side, with the time of the last switch. */
export class Dashboard extends pulumi.ComponentResource {
  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Dashboard", name, {}, opts);
    const { region, switched, targetGroups } = args;
    new AwsResource(
      "aws:cloudwatch/dashboard:Dashboard",
      name,
      {
        dashboardName: physicalName("dashboard", args.stack, "release"),
        dashboardBody: pulumi
          .all([args.loadBalancer, targetGroups.blue, targetGroups.green, switched.at])
          .apply(([loadBalancer, blue, green, at]) =>
            dashboardBody({
              region,
              loadBalancer,
              services: Object.keys(blue).map((service) => ({
                service,
                targetGroups: { blue: blue[service] ?? "", green: green[service] ?? "" },
              })),
              switched: { to: switched.to, at },
            }),
          ),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
