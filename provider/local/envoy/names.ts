import type { EnvironmentName } from "../../../release/environment.ts";

/** Name of the cluster that takes a service's users in one environment; its counters are the environment's metrics. */
export const clusterName = (service: string, environment: EnvironmentName): string => `${service}_${environment}`;
/** Name of the cluster by which one environment is reached without being counted as its users. */
export const directName = (service: string, environment: EnvironmentName): string => `${service}_${environment}_direct`;

/** Runtime key of a cluster's weight: Envoy appends the cluster's name to the route's prefix. */
export const weightKey = (service: string, environment: EnvironmentName): string =>
  `greenlight.${service}.${clusterName(service, environment)}`;

/** Takes what neither environment is given: no instance stands behind it, so it answers 503 until the first switch. */
export const nobody = (service: string): string => `${service}_nobody`;
export const nobodyKey = (service: string): string => `greenlight.${service}.${nobody(service)}`;
