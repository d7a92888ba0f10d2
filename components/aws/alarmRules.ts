import type { EnvironmentName } from "../../release/environment.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import { physicalName } from "./physicalName.ts";

/** A metric that an alarm reads. `of` says whose: the service's target group, or the load balancer as a whole. */
export interface AlarmMetric {
  readonly id: string;
  readonly metric: string;
  readonly stat: string;
  readonly of: "targetGroup" | "loadBalancer";
}

/** One alarm, without the addresses that only AWS knows. */
export interface AlarmRule {
  /** Last part of its name. */
  readonly name: string;
  readonly description: string;
  readonly metrics: readonly AlarmMetric[];
  /** Metric math over the ids; left out, the only metric is judged as it is. */
  readonly expression?: string;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  readonly periods: number;
  /**
   * What an absent value is. Never `notBreaching`: silence is no good news. `missing` leaves the alarm without a verdict
   * (INSUFFICIENT_DATA), `breaching` makes it fire.
   */
  readonly missing: "missing" | "breaching";
  /** Whether it is a no-go by itself. The others say that nobody can judge. */
  readonly noGo: boolean;
}

/** The shortest period in which a load balancer reports, seconds. */
const minute = 60;

/** The alarms of one service in one environment. Source of the numbers: the stack's thresholds, by default the seed's. */
export function serviceAlarms(thresholds: Thresholds): AlarmRule[] {
  const percent = thresholds.errorRate.max * 100;
  const errorPeriods = periodsIn(thresholds.errorRate.for);
  const requests: AlarmMetric = { id: "requests", metric: "RequestCount", stat: "Sum", of: "targetGroup" };
  return [
    {
      name: "errors",
      description: `More than ${percent} % of requests answered with 5xx for ${errorPeriods} min.`,
      metrics: [{ id: "errors", metric: "HTTPCode_Target_5XX_Count", stat: "Sum", of: "targetGroup" }, requests],
      // A minute without errors has no value of its own, one without requests no rate.
      expression: "100 * FILL(errors, 0) / requests",
      comparison: "GreaterThanThreshold",
      threshold: percent,
      period: minute,
      periods: errorPeriods,
      missing: "missing",
      noGo: true,
    },
    {
      name: "p95",
      description: `95 % of answers took up to more than ${thresholds.p95.maxMs} ms.`,
      metrics: [{ id: "times", metric: "TargetResponseTime", stat: "p95", of: "targetGroup" }],
      comparison: "GreaterThanThreshold",
      threshold: thresholds.p95.maxMs / 1_000,
      period: minute,
      periods: periodsIn(thresholds.p95.for),
      missing: "missing",
      noGo: true,
    },
    {
      name: "unhealthy",
      description: "A target fails the load balancer's health check, or there is none to check.",
      metrics: [{ id: "unhealthy", metric: "UnHealthyHostCount", stat: "Maximum", of: "targetGroup" }],
      comparison: "GreaterThanThreshold",
      threshold: 0,
      period: minute,
      periods: 2,
      missing: "breaching",
      noGo: true,
    },
    {
      name: "silence",
      description: `Fewer than ${thresholds.minRequests} requests in ${errorPeriods} min: too few to judge by.`,
      metrics: [requests],
      comparison: "LessThanThreshold",
      threshold: thresholds.minRequests,
      period: minute * errorPeriods,
      periods: 1,
      missing: "breaching",
      noGo: false,
    },
  ];
}

/** Errors that the load balancer itself answers with: they belong to no target group, so no service's alarm would hear them. */
export function loadBalancerAlarms(thresholds: Thresholds): AlarmRule[] {
  const percent = thresholds.errorRate.max * 100;
  return [
    {
      name: "load-balancer-errors",
      description: `The load balancer itself answered more than ${percent} % of requests with 5xx: no target took them.`,
      metrics: [
        { id: "errors", metric: "HTTPCode_ELB_5XX_Count", stat: "Sum", of: "loadBalancer" },
        { id: "requests", metric: "RequestCount", stat: "Sum", of: "loadBalancer" },
      ],
      // RequestCount leaves out what no target took, so both together are the whole.
      expression: "100 * FILL(errors, 0) / (FILL(requests, 0) + FILL(errors, 0))",
      comparison: "GreaterThanThreshold",
      threshold: percent,
      period: minute,
      periods: periodsIn(thresholds.errorRate.for),
      missing: "missing",
      noGo: true,
    },
  ];
}

export interface DatabaseAlarmLimits {
  /** Percent. */
  readonly cpu: number;
  readonly connections?: number | undefined;
  /** GiB; instances only, a cluster's storage grows by itself. */
  readonly storage?: number | undefined;
}

/** An alarm on one metric of the database. */
export interface DatabaseAlarm extends Omit<AlarmRule, "metrics" | "expression"> {
  readonly metric: string;
  readonly stat: "Average" | "Maximum" | "Minimum";
}

/** The alarms of the database; a database that says nothing fires them. */
export function databaseAlarms({ cpu, connections, storage }: DatabaseAlarmLimits): DatabaseAlarm[] {
  const all = { period: minute, periods: 5, missing: "breaching", noGo: true } as const;
  const above = { ...all, comparison: "GreaterThanThreshold" } as const;
  return [
    {
      ...above,
      name: "database-cpu",
      description: `The database's CPU is busy for more than ${cpu} %.`,
      metric: "CPUUtilization",
      stat: "Average",
      threshold: cpu,
    },
    ...(connections === undefined
      ? []
      : [
          {
            ...above,
            name: "database-connections",
            description: `The database has more than ${connections} connections.`,
            metric: "DatabaseConnections",
            stat: "Maximum",
            threshold: connections,
          } as const,
        ]),
    ...(storage === undefined
      ? []
      : [
          {
            ...all,
            name: "database-storage",
            description: `The database has less than ${storage} GiB of storage left.`,
            comparison: "LessThanThreshold",
            metric: "FreeStorageSpace",
            stat: "Minimum",
            threshold: storage * 1_024 ** 3,
          } as const,
        ]),
  ];
}

/** A composite rule: any of these fires. */
export function anyFires(alarmNames: readonly string[]): string {
  return alarmNames.map((name) => `ALARM("${name}")`).join(" OR ");
}

/** Title of an environment's part in names and on the dashboard. */
export function alarmName(environment: EnvironmentName, service: string, rule: Pick<AlarmRule, "name">): string {
  return `${environment}-${service}-${rule.name}`;
}

/** Name of the alarm that says no-go of an environment. */
export function noGoAlarm(stack: string, environment: EnvironmentName): string {
  return physicalName("alarm", stack, environment, "no-go");
}

function periodsIn(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds / 1_000 / minute));
}
