import * as pulumi from "../pulumi.ts";
import { environmentLabel, objectName, stackLabels } from "./names.ts";
import { KubernetesResource } from "./resource.ts";
import type { KubernetesSettings } from "./settings.ts";

/** A ServiceMonitor of the Prometheus Operator (monitoring.coreos.com/v1), as far as a stack makes it. */
export interface ServiceMonitor {
  readonly spec: {
    readonly selector: {
      readonly matchLabels: Readonly<Record<string, string>>;
      readonly matchExpressions: readonly { readonly key: string; readonly operator: "Exists" }[];
    };
    readonly targetLabels: readonly string[];
    readonly endpoints: readonly { readonly port: string; readonly path: string; readonly interval: string }[];
  };
}

/**
 * Has the Prometheus Operator read the services' own metrics, each side by its own Service, so that every series says which side it is of
 * (`greenlight_environment`) whoever serves.
 */
export class ServiceMetrics extends pulumi.ComponentResource {
  constructor(name: string, kubernetes: KubernetesSettings, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:ServiceMetrics", name, {}, opts);
    const { name: prefix, namespace, prometheus } = kubernetes;
    if (prometheus?.monitor === undefined) throw new Error("greenlight:kubernetes.prometheus.monitor is missing");
    const { path, interval, labels } = prometheus.monitor;
    const metadata = {
      name: objectName(prefix, "release"),
      namespace,
      labels: { ...stackLabels(prefix), ...labels },
    };
    const spec: ServiceMonitor["spec"] = {
      selector: {
        matchLabels: stackLabels(prefix),
        // The live Service leads to pods that a side's own Service leads to as well.
        matchExpressions: [{ key: environmentLabel, operator: "Exists" }],
      },
      targetLabels: [environmentLabel, "app.kubernetes.io/name"],
      endpoints: [{ port: "http", path, interval: `${Math.round(interval / 1_000)}s` }],
    };
    new KubernetesResource(
      "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
      `${name}-monitor`,
      metadata,
      { spec },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
