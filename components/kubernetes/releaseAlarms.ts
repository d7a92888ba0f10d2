import { type Settings, thresholdsOf } from "../../config.ts";
import type { PrometheusWatching } from "../../provider/prometheus/watching.ts";
import * as pulumi from "../pulumi.ts";
import { type AlertRule, rulesOfStack } from "./alertRules.ts";
import { objectName, stackLabels } from "./names.ts";
import { KubernetesResource } from "./resource.ts";

/** A PrometheusRule of the Prometheus Operator (monitoring.coreos.com/v1), as far as a stack makes it. */
export interface PrometheusRule {
  readonly spec: { readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[] };
}

export interface ReleaseAlarmsArgs {
  settings: Settings;
  watching: PrometheusWatching;
}

/** Alerts by the thresholds of the settings, for every service: whoever is paged hears of a bad release also while nobody watches. */
export class ReleaseAlarms extends pulumi.ComponentResource {
  constructor(name: string, { settings, watching }: ReleaseAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:ReleaseAlarms", name, {}, opts);
    const { kubernetes } = settings;
    if (kubernetes === undefined) throw new Error("greenlight:kubernetes is missing");
    const { name: prefix, namespace } = kubernetes;
    const rules = rulesOfStack(kubernetes, thresholdsOf(settings), watching);
    const metadata = {
      name: objectName(prefix, "release"),
      namespace,
      labels: { ...stackLabels(prefix), ...kubernetes.prometheus?.rule?.labels },
    };
    const spec = { groups: [{ name: `${namespace}-${prefix}-release`, rules }] };
    new KubernetesResource(
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
      `${name}-rule`,
      metadata,
      { spec },
      {
        parent: this,
      },
    );
    this.registerOutputs({});
  }
}
