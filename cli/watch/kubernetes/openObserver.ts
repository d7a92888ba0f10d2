import { answerWithin } from "../../../provider/kubernetes/abortable.ts";
import type { KubernetesAccess } from "../../../provider/kubernetes/facts.ts";
import { PodLogLines } from "../../../provider/kubernetes/newLogLines.ts";
import { watchedPods } from "../../../provider/kubernetes/readEnvironments.ts";
import type { SwitchedService } from "../../../provider/kubernetes/switching.ts";
import { prometheusLooks } from "../../../provider/prometheus/looks.ts";
import { Prometheus } from "../../../provider/prometheus/prometheus.ts";
import type { PrometheusWatching } from "../../../provider/prometheus/watching.ts";
import { ErrorLogs, logLookBack } from "../../../provider/watch/errorLogs.ts";
import { ToldObserver } from "../../../provider/watch/toldObserver.ts";
import { spokenDuration } from "../../../release/duration.ts";
import type { EnvironmentName } from "../../../release/environment.ts";
import { within } from "../../../release/within.ts";
import type { Context } from "../../context.ts";
import { smokeRunOf } from "../../live.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ObserverArgs } from "../observerArgs.ts";

/** An observer by what a Prometheus, the pods and their logs tell; what nobody tells is said by name. */
export function openKubernetesObserver(
  context: Context,
  platform: Platform,
  it: {
    readonly access: KubernetesAccess;
    readonly services: readonly SwitchedService[];
    readonly watching: PrometheusWatching;
  },
  { environment, version, reporter, signal }: ObserverArgs,
): ToldObserver {
  const { access, services, watching } = it;
  const { database } = watching;
  const alerts = watching.alerts[environment];
  const settings = context.settings();
  const prometheus = new Prometheus(watching.access);
  const counted = `users' requests are counted in stretches of ${spokenDuration(watching.everyMs)}, and told ${spokenDuration(watching.settleMs)} later`;
  const unread = [...(database === undefined ? ["the database"] : []), ...(alerts.length === 0 ? ["alerts"] : [])];
  const said = unread.length === 0 ? counted : `${counted}; not looked at: ${unread.join(" and ")}`;
  reporter.tell({ kind: "step", text: said });
  const since = Date.now() - logLookBack;
  const lines = (name: EnvironmentName) => [
    new PodLogLines(access, Object.fromEntries(services.map((one) => [one.service, one[name]])), since),
  ];
  return new ToldObserver({
    ...prometheusLooks(prometheus, watching, environment, async () => (await platform.serving()).environment),
    healthy: () => within(answerWithin, signal, (patience) => watchedPods(access, services, environment, patience)),
    logs: new ErrorLogs({ blue: lines("blue"), green: lines("green") }, environment, (text) =>
      reporter.tell({ kind: "warning", text }),
    ),
    smoke: {
      run: smokeRunOf(context, settings, platform, environment, version),
      everyMs: settings.watch.smokeEvery,
    },
    signal,
  });
}
