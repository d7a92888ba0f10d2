import { type Settings, thresholdsOf } from "../../config.ts";
import type { PrometheusWatching } from "../../provider/prometheus/watching.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { servingFactsOf } from "./serving.ts";

export interface AlertsQuietArgs {
  /** Folder of the project, absolute. */
  project: string;
  settings: Settings;
  watching: PrometheusWatching;
  environment: EnvironmentName;
  /** Version that is about to be deployed there. */
  version: string;
}

/** No alert that judges what serves fires before a version is begun. */
export class AlertsQuiet extends pulumi.ComponentResource {
  constructor(name: string, args: AlertsQuietArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, settings, watching, environment, version } = args;
    super("greenlight:kubernetes:QuietBeforeRelease", name, { environment, version }, opts);
    const { errorRate, p95 } = thresholdsOf(settings);
    new GreenlightResource(
      "greenlight:kubernetes:AlertsQuiet",
      name,
      {
        serving: servingFactsOf(project, settings),
        prometheus: watching.access,
        alerts: watching.alerts,
        environment,
        version,
        intervalMs: 1_000,
        // A rule that was made by this very update is read by Prometheus a moment later.
        deadlineMs: Math.min(settings.kubernetes?.gates.deadline ?? 0, 120_000),
        services: Object.keys(settings.services),
        thresholds: { errorRate, p95 },
      },
      ["quiet", "askedAt"],
      { parent: this },
    );
    this.registerOutputs({});
  }
}
