import { type Settings, thresholdsOf } from "../../config.ts";
import type { CloudWatching } from "../../provider/aws/watch/watching.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { alarmName, noGoAlarm, serviceAlarms } from "./alarmRules.ts";
import { type DatabaseSource, databaseSource } from "./databaseSource.ts";
import { physicalName } from "./physicalName.ts";
import { namePrefix } from "./serving.ts";

/** What a watch of one environment reads from CloudWatch, by the names that the stack gives: from the settings alone. */
export interface AwsWatchFacts extends CloudWatching {
  readonly region: string;
  /** Names of the log groups of each side's services. */
  readonly logGroups: Readonly<Record<EnvironmentName, readonly string[]>>;
  readonly database?: DatabaseSource;
}

export function watchFactsOf(stack: string, settings: Settings, environment: EnvironmentName): AwsWatchFacts {
  const { aws } = settings;
  if (aws === undefined) throw new Error("greenlight:aws is missing");
  const prefix = namePrefix(stack, aws);
  const services = Object.keys(settings.services);
  const groups = (name: EnvironmentName) => services.map((service) => logGroupOf(prefix, name, service));
  return {
    region: aws.region,
    noGo: noGoAlarm(prefix, environment),
    silence: services.map((service) =>
      physicalName("alarm", prefix, alarmName(environment, service, { name: "silence" })),
    ),
    logGroups: { blue: groups("blue"), green: groups("green") },
    ...(aws.database === undefined ? {} : { database: databaseSource(prefix, aws.database) }),
  };
}

/** Names of the alarms by which a service in an environment is a no-go. */
export function deciding(stack: string, settings: Settings, environment: EnvironmentName, service: string): string[] {
  const { aws } = settings;
  if (aws === undefined) throw new Error("greenlight:aws is missing");
  const prefix = namePrefix(stack, aws);
  return serviceAlarms(thresholdsOf(settings))
    .filter(({ noGo }) => noGo)
    .map((rule) => physicalName("alarm", prefix, alarmName(environment, service, rule)));
}

/** Role of the tasks that migrate, and ask the database. */
export const migrationRole = "migration";

/** Log group of what runs in a role of an environment, such as a service. */
export function logGroupOf(stack: string, environment: EnvironmentName, role: string): string {
  return `/greenlight/${physicalName("logGroup", stack, environment, role)}`;
}
