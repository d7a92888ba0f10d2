import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { reading } from "../inputs/reading.ts";
import { list, record, text } from "../inputs/values.ts";

const names = z.array(z.string().min(1));
const config = z.object({ errorMetrics: names, latencyMetrics: names, except: names });

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const targetGroups: ReadonlySet<string> = new Set([
  "aws:lb/targetGroup:TargetGroup",
  "aws:alb/targetGroup:TargetGroup",
]);
const services: ReadonlySet<string> = new Set(["aws:ecs/service:Service"]);

export const alarmsPresent: StackValidationPolicy = {
  name: "alarms-present",
  displayName: "Every service has its alarms",
  description: "Each service behind a load balancer has an alarm for its errors and one for its response times.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps:
    "Add metric alarms for errors and response times of the service's target group, or name a service that is watched elsewhere in `except`.",
  configSchema: {
    properties: {
      errorMetrics: {
        type: "array",
        items: { type: "string" },
        default: ["HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"],
        description: "Metrics that count failed requests.",
      },
      latencyMetrics: {
        type: "array",
        items: { type: "string" },
        default: ["TargetResponseTime"],
        description: "Metrics of response times.",
      },
      except: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Names of services that are watched elsewhere.",
      },
    },
  },
  validateStack({ resources, getConfig }, reportViolation) {
    const { errorMetrics, latencyMetrics, except } = config.parse(getConfig());
    const alarms = resources.filter((it) => it.type === alarmType);
    for (const service of resources.filter((it) => services.has(it.type) && !except.includes(it.name))) {
      const targets = targetsOf(service);
      const own = alarms.filter((alarm) => watches(alarm, targets));
      const missing = [
        ...(hears(own, errorMetrics) ? [] : ["errors"]),
        ...(hears(own, latencyMetrics) ? [] : ["response times"]),
      ];
      if (missing.length === 0) continue;
      reportViolation(
        `No alarm would fire for the ${missing.join(" and ")} of ${service.name}. Add metric alarms for its target group.`,
        service.urn,
      );
    }
  },
};

/** Target groups that a service serves, by what depends on what: their addresses are not known before they are made. */
function targetsOf(service: PolicyResource): readonly PolicyResource[] {
  return service.dependencies.filter((it) => targetGroups.has(it.type));
}

function watches(alarm: PolicyResource, targets: readonly PolicyResource[]): boolean {
  return alarm.dependencies.some((it) => targets.some(({ urn }) => urn === it.urn));
}

function hears(alarms: readonly PolicyResource[], metrics: readonly string[]): boolean {
  return alarms.some((alarm) => metricsOf(alarm).some((name) => metrics.includes(name)));
}

/** Metrics that an alarm looks at, itself or by its expression; one whose actions are off looks at none. */
function metricsOf({ props }: PolicyResource): readonly string[] {
  const read = reading(() => {
    if (props.actionsEnabled === false) return [];
    const queries = list(props.metricQueries).map((it) => text(record(record(it).metric).metricName));
    return [text(props.metricName), ...queries].filter((it) => it !== undefined);
  });
  return "value" in read ? read.value : [];
}
