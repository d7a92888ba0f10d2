import { watchFactsOf } from "../../../components/aws/watching.ts";
import { logsClient } from "../../../provider/aws/clients.ts";
import { LogGroupTail } from "../../../provider/aws/newLogLines.ts";
import type { AwsServingFacts } from "../../../provider/aws/serving.ts";
import { cloudWatchLooks } from "../../../provider/aws/watch/looks.ts";
import { ErrorLogs, logLookBack } from "../../../provider/watch/errorLogs.ts";
import { ToldObserver } from "../../../provider/watch/toldObserver.ts";
import type { EnvironmentName } from "../../../release/environment.ts";
import type { Context } from "../../context.ts";
import { smokeRunOf } from "../../live.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ObserverArgs } from "../observerArgs.ts";

/** An observer with everything that CloudWatch tells of a stack; what it does not tell is said by name. */
export function openAwsObserver(
  context: Context,
  platform: Platform,
  serving: AwsServingFacts,
  { environment, version, reporter, signal }: ObserverArgs,
): ToldObserver {
  const settings = context.settings();
  const watching = watchFactsOf(context.stack, settings, environment);
  const limits =
    "CloudWatch counts whole minutes and tells them a minute or two late; requests of the smoke test are among them";
  const unread = "not read on aws: locks, long transactions and deadlocks of the database";
  reporter.tell({ kind: "step", text: watching.database === undefined ? limits : `${limits}; ${unread}` });
  const logs = logsClient(watching.region);
  const since = Date.now() - logLookBack;
  const tails = (name: EnvironmentName) =>
    watching.logGroups[name].map((group) => new LogGroupTail(logs, group, since));
  return new ToldObserver({
    ...cloudWatchLooks(serving, watching, environment),
    healthy: () => platform.healthy(environment),
    logs: new ErrorLogs({ blue: tails("blue"), green: tails("green") }, environment, (text) =>
      reporter.tell({ kind: "warning", text }),
    ),
    smoke: {
      run: smokeRunOf(context, settings, platform, environment, version),
      everyMs: settings.watch.smokeEvery,
    },
    signal,
  });
}
