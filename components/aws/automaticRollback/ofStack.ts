import type { ProjectManifest } from "../../../project/readManifest.ts";
import { type EnvironmentName, sharedWeights } from "../../../release/environment.ts";
import type { Kind } from "../../../release/transition.ts";
import type * as pulumi from "../../pulumi.ts";
import { noGoAlarm } from "../alarmRules.ts";
import type { Frontend } from "../frontend/frontend.ts";
import type { ReleaseAlarms } from "../releaseAlarms.ts";
import type { AwsPlan } from "../sides.ts";
import { isStopped } from "../stopped.ts";
import type { TargetGroups } from "../targetGroups.ts";
import { AutomaticRollback } from "./automaticRollback.ts";
import { StandDown } from "./standDown.ts";

/** The way back without anybody there, where the settings ask for it. */
export function rollbackOf(
  { aws, settings, prefix, options }: AwsPlan,
  listener: pulumi.Output<string>,
  { blue, green }: Record<EnvironmentName, TargetGroups>,
  alarms: ReleaseAlarms,
  kind: pulumi.Output<Kind>,
  frontend: Frontend | undefined,
): AutomaticRollback | undefined {
  const { rollback } = aws;
  if (rollback === undefined) return undefined;
  return new AutomaticRollback(
    "rollback",
    {
      stack: prefix,
      account: aws.account,
      region: aws.region,
      listener,
      targetGroups: { blue: blue.arns, green: green.arns },
      alarms: { blue: noGoAlarm(prefix, "blue"), green: noGoAlarm(prefix, "green") },
      topic: alarms.topic,
      ...(alarms.topicKey === undefined ? {} : { topicKey: alarms.topicKey }),
      ...(frontend === undefined ? {} : { pages: frontend.store }),
      kind,
      live: settings.live,
      weights: sharedWeights(settings.live, settings.share),
      versions: {
        ...(settings.blue === undefined ? {} : { blue: settings.blue }),
        ...(settings.green === undefined ? {} : { green: settings.green }),
      },
      forMs: rollback.for,
      ...(rollback.go === undefined ? {} : { go: rollback.go }),
      gates: { intervalMs: aws.gates.interval, deadlineMs: Math.min(aws.gates.deadline, 600_000) },
      keepLogs: aws.logs,
    },
    options(blue, green, alarms),
  );
}

/** What must be done before an environment takes a version, or is stopped, where traffic could go back to it by itself. */
export function standDownBefore(
  { aws, settings, prefix, options }: AwsPlan,
  environment: EnvironmentName,
  { manifest }: ProjectManifest,
  quiet: pulumi.Resource,
): StandDown[] {
  if (aws.rollback === undefined) return [];
  const args = {
    ...{ stack: prefix, region: aws.region, environment, version: manifest.version },
    ...(isStopped(environment, settings) ? { stopped: true } : {}),
  };
  return [new StandDown(`${environment}-stand-down`, args, options(quiet))];
}
