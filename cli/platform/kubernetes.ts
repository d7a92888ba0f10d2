import { accessOf, servingFactsOf, switchedServicesOf, testAddressesOf } from "../../components/kubernetes/serving.ts";
import { watchFactsOf } from "../../components/kubernetes/watching.ts";
import { thresholdsOf } from "../../config.ts";
import { versionsOf } from "../../project/platform/imageVersions.ts";
import { answerWithin } from "../../provider/kubernetes/abortable.ts";
import { KubernetesProblem } from "../../provider/kubernetes/kubernetesProblem.ts";
import { environmentIn, readLiveServices, servedBy } from "../../provider/kubernetes/liveServices.ts";
import { readEnvironments, readyPods } from "../../provider/kubernetes/readEnvironments.ts";
import type { PrometheusWatching } from "../../provider/prometheus/watching.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import type { TrafficCount } from "../../release/strategy/countedTraffic.ts";
import type { Context } from "../context.ts";
import type { Platform, ServiceHealth } from "./platform.ts";

/** The platform of a stack on Kubernetes, by the names that its settings make. What is not deployed yet serves nobody. */
export function kubernetesPlatform(context: Context): Platform {
  const settings = context.settings();
  const { kubernetes } = settings;
  const facts = servingFactsOf(context.project, settings);
  if (kubernetes === undefined || facts === undefined) throw new Error("greenlight:kubernetes is missing");
  const access = accessOf(context.project, kubernetes);
  const names = Object.keys(settings.services);
  const services = switchedServicesOf(settings, kubernetes);
  const watching = watchFactsOf(context.project, settings);

  const health = async (environment: EnvironmentName): Promise<ServiceHealth[]> => {
    const seen = await readEnvironments(access, services, AbortSignal.timeout(answerWithin));
    return names.map((service) => {
      const { ready = 0, of = 0, troubles = [] } = seen[environment][service] ?? {};
      const sick = of === 0 ? [`${service} has no pod in ${environment}`] : troubles.map((it) => `${service}: ${it}`);
      return { service, healthy: ready, of, sick };
    });
  };

  const platform: Platform = {
    name: "kubernetes",
    services: names,
    async serving() {
      const seen = await readLiveServices(facts, AbortSignal.timeout(answerWithin));
      return { readAt: new Date(), environment: environmentIn(seen), ...servedBy(seen) };
    },
    passes: (error) => error instanceof KubernetesProblem && error.passes,
    async running() {
      const seen = await readEnvironments(access, services, AbortSignal.timeout(answerWithin));
      const digests = (environment: EnvironmentName) =>
        Object.fromEntries(Object.entries(seen[environment]).map(([service, pods]) => [service, pods.digests]));
      return versionsOf(context.project, settings, { blue: digests("blue"), green: digests("green") });
    },
    healthy: (environment) => readyPods(access, services, environment, AbortSignal.timeout(answerWithin)),
    // The kubelets go on asking; their last word is there at once.
    health,
    async readiness(environment) {
      try {
        return readinessOf(environment, await health(environment));
      } catch (error) {
        const why = sentence(error).split("\n")[0];
        return { ready: true, says: `the health of ${environment} could not be read: ${why}` };
      }
    },
    async moveTraffic(to, tell) {
      const { moveKubernetesTraffic } = await import("../../provider/kubernetes/moveTraffic.ts");
      return moveKubernetesTraffic(access, services, to, tell);
    },
    movedAt: () => undefined,
    async troubles(live, signal) {
      const { prometheusTroubles } = await import("../watch/kubernetes/troubles.ts");
      return prometheusTroubles(watching ?? notWatched(), live, signal);
    },
    // Without a Gateway nobody counts a side that does not serve, but queries that tell the sides of one Service.
    ...(watching?.byEnvironment === true ? { count: (signal) => countSides(watching, signal) } : {}),
    thresholds() {
      const { database } = watching ?? notWatched();
      const all = thresholdsOf(settings);
      return { ...all, database: { ...all.database, required: database !== undefined } };
    },
    async observer(args) {
      const { openKubernetesObserver } = await import("../watch/kubernetes/openObserver.ts");
      return openKubernetesObserver(context, platform, { access, services, watching: watching ?? notWatched() }, args);
    },
    addresses: (environment) => testAddressesOf(settings, environment),
  };
  return platform;
}

async function countSides(watching: PrometheusWatching, signal: AbortSignal): Promise<TrafficCount> {
  const [{ Prometheus }, { prometheusTraffic }, { countTold }] = await Promise.all([
    import("../../provider/prometheus/prometheus.ts"),
    import("../../provider/prometheus/trafficSource.ts"),
    import("../../provider/watch/toldCount.ts"),
  ]);
  const source = prometheusTraffic(new Prometheus(watching.access), watching, async () => undefined);
  return countTold(source, signal);
}

/** Only a service without a single ready pod stands in the way: everything else is better than what users have now. */
function readinessOf(environment: EnvironmentName, services: readonly ServiceHealth[]) {
  const dead = services.filter(({ healthy }) => healthy === 0).map(({ service }) => service);
  const sick = services.flatMap((it) => it.sick).slice(0, 3);
  const why = sick.length === 0 ? "" : ` (${sick.join("; ")})`;
  if (dead.length > 0) {
    const says = `There is no way back: ${environment} has no ready pod for ${dead.join(" and ")}${why}.`;
    return { ready: false, says };
  }
  return { ready: true, says: sick.length === 0 ? undefined : `not every pod of ${environment} is ready${why}` };
}

function notWatched(): never {
  throw new Problem({
    happened: "Nobody counts what users are answered, so nothing can be judged.",
    where: "greenlight:kubernetes.prometheus",
    untouched: "Nothing was changed.",
    next: "name a Prometheus there (docs/kubernetes.md), or watch by what the cluster's own monitoring says",
    exitCode: exitCodes.usage,
  });
}
