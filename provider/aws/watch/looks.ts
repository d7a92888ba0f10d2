import type { EnvironmentName } from "../../../release/environment.ts";
import type { ToldLooks } from "../../watch/toldObserver.ts";
import { alarmsClient, loadBalancingClient } from "../clients.ts";
import type { AwsServingFacts } from "../serving.ts";
import { readAlarms } from "./alarms.ts";
import { DatabaseWatch } from "./databaseWatch.ts";
import { cloudWatchTraffic } from "./trafficSource.ts";
import type { CloudWatching } from "./watching.ts";

/** What AWS tells of an environment: what users were answered, its alarms, the database. */
export function cloudWatchLooks(
  serving: AwsServingFacts,
  watching: CloudWatching,
  environment: EnvironmentName,
): ToldLooks & { close(): void } {
  const cloudWatch = alarmsClient(serving.region);
  const loadBalancing = loadBalancingClient(serving.region);
  const database = watching.database === undefined ? undefined : new DatabaseWatch(cloudWatch, watching.database);
  return {
    environment,
    traffic: cloudWatchTraffic(serving, { cloudWatch, loadBalancing }),
    alarms: (signal) => readAlarms(cloudWatch, watching, signal),
    ...(database === undefined ? {} : { database: (signal) => database.look(signal) }),
    close() {
      cloudWatch.destroy();
      loadBalancing.destroy();
    },
  };
}
