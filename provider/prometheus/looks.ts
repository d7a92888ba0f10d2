import type { EnvironmentName } from "../../release/environment.ts";
import type { ToldLooks } from "../watch/toldObserver.ts";
import { readAlerts } from "./alerts.ts";
import { readDatabaseHealth } from "./databaseHealth.ts";
import type { Prometheus } from "./prometheus.ts";
import { prometheusTraffic } from "./trafficSource.ts";
import type { PrometheusWatching } from "./watching.ts";

/** What a Prometheus tells of an environment: what users were answered, its alerts, the database. @param serves as for `prometheusTraffic` */
export function prometheusLooks(
  prometheus: Prometheus,
  watching: PrometheusWatching,
  environment: EnvironmentName,
  serves: () => Promise<EnvironmentName | undefined>,
): ToldLooks {
  const { database } = watching;
  const alerts = watching.alerts[environment];
  return {
    environment,
    traffic: prometheusTraffic(prometheus, watching, serves),
    ...(alerts.length === 0 ? {} : { alarms: (signal) => readAlerts(prometheus, alerts, signal) }),
    ...(database === undefined ? {} : { database: (signal) => readDatabaseHealth(prometheus, database, signal) }),
  };
}
