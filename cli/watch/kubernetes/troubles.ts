import { readAlerts } from "../../../provider/prometheus/alerts.ts";
import { readDatabaseHealth } from "../../../provider/prometheus/databaseHealth.ts";
import { Prometheus } from "../../../provider/prometheus/prometheus.ts";
import { prometheusTraffic } from "../../../provider/prometheus/trafficSource.ts";
import type { PrometheusWatching } from "../../../provider/prometheus/watching.ts";
import { lastSettled } from "../../../provider/watch/trafficSource.ts";
import { spokenDuration } from "../../../release/duration.ts";
import type { EnvironmentName } from "../../../release/environment.ts";

/** Stretches that are looked back upon. */
const stretches = 3;

/**
 * What speaks against a release beside an environment that serves, a sentence each: alerts that fire or are not there, a database that is
 * down, a service of whose requests nothing is told, so that nobody could judge the release either.
 *
 * @throws Problem where Prometheus does not tell
 */
export async function prometheusTroubles(
  watching: PrometheusWatching,
  live: EnvironmentName,
  signal: AbortSignal,
): Promise<string[]> {
  const { alerts, database, everyMs } = watching;
  const prometheus = new Prometheus(watching.access);
  const source = prometheusTraffic(prometheus, watching, async () => live);
  try {
    const to = lastSettled(source, Date.now());
    const [seen, health, traffic] = await Promise.all([
      readAlerts(prometheus, alerts[live], signal),
      database === undefined ? undefined : readDatabaseHealth(prometheus, database, signal),
      source.read(live, to - stretches * everyMs, to, signal),
    ]);
    return [
      ...seen.filter(({ state }) => state === "firing").map(({ name }) => `the alert ${name} fires`),
      ...seen
        .filter(({ state }) => state === "unknown")
        .map(({ name }) => `Prometheus has no alerting rule ${name} that works, so nobody would hear`),
      ...(database === undefined || health?.reachable === true
        ? []
        : [`the database does not answer (${health?.detail ?? "nothing is told of it"})`]),
      ...Object.entries(traffic)
        .filter(([, periods]) => periods.length === 0)
        .map(
          ([service]) =>
            `Prometheus tells nothing of the requests to ${service} in ${spokenDuration(stretches * everyMs)}, so nobody could judge a release`,
        ),
    ];
  } finally {
    await prometheus.close();
  }
}
