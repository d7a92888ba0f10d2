import { watchFactsOf } from "../../../components/aws/watching.ts";
import { alarmsClient, loadBalancingClient, logsClient } from "../../../provider/aws/clients.ts";
import type { AwsServingFacts } from "../../../provider/aws/serving.ts";
import type { Context } from "../../context.ts";
import { smokeRunOf } from "../../live.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ObserverArgs } from "../observer.ts";
import { AwsObserver } from "./awsObserver.ts";
import { metricTiming } from "./trafficWatch.ts";

/** An observer with everything that CloudWatch tells of a stack; what it does not tell is said by name. */
export function openAwsObserver(
  context: Context,
  platform: Platform,
  serving: AwsServingFacts,
  { environment, version, reporter, signal }: ObserverArgs,
): AwsObserver {
  const settings = context.settings();
  const watching = watchFactsOf(context.stack, settings, environment);
  const { region } = watching;
  const limits =
    "CloudWatch counts whole minutes and tells them a minute or two late; requests of the smoke test are among them";
  const unread = "not read on aws: locks, long transactions and deadlocks of the database";
  reporter.tell({ kind: "step", text: watching.database === undefined ? limits : `${limits}; ${unread}` });
  return new AwsObserver({
    clients: { cloudWatch: alarmsClient(region), loadBalancing: loadBalancingClient(region), logs: logsClient(region) },
    serving,
    watching,
    environment,
    timing: metricTiming,
    healthy: () => platform.healthy(environment),
    smoke: {
      run: smokeRunOf(context, settings, platform, environment, version),
      everyMs: settings.watch.smokeEvery,
    },
    warn: (text) => reporter.tell({ kind: "warning", text }),
    signal,
  });
}
