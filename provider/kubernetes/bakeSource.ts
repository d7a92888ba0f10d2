import type { EnvironmentName } from "../../release/environment.ts";
import { within } from "../../release/within.ts";
import type { BakeSourceOn, OpenBakeSource } from "../gates/bakeSource.ts";
import { prometheusLooks } from "../prometheus/looks.ts";
import { Prometheus } from "../prometheus/prometheus.ts";
import { countTold } from "../watch/toldCount.ts";
import { ToldObserver } from "../watch/toldObserver.ts";
import { answerWithin } from "./abortable.ts";
import { environmentIn, readLiveServices, servedBy } from "./liveServices.ts";
import { watchedPods } from "./readEnvironments.ts";

/** A Prometheus' figures and alerts, and the pods that are ready. @throws Problem for a CA or a token of it that is not there */
export function openPrometheus(
  { serving, pods, watching }: BakeSourceOn<"kubernetes">,
  environment: EnvironmentName,
  signal: AbortSignal,
): OpenBakeSource {
  const prometheus = new Prometheus(watching.access);
  const led = () => within(answerWithin, signal, (patience) => readLiveServices(serving, patience));
  const serves = async () => environmentIn(await led());
  const looks = prometheusLooks(prometheus, watching, environment, serves);
  return {
    observer: new ToldObserver({
      ...looks,
      healthy: (asked) =>
        within(answerWithin, asked, (patience) => watchedPods(serving.access, pods, environment, patience)),
      signal,
    }),
    count: () => countTold(looks.traffic, signal),
    serving: async () => servedBy(await led()),
    close: () => prometheus.close(),
  };
}
