import { accessOf, servingFactsOf, switchedServicesOf, testAddressesOf } from "../../components/kubernetes/serving.ts";
import { versionsOf } from "../../project/platform/imageVersions.ts";
import { environmentIn, readLiveServices } from "../../provider/kubernetes/liveServices.ts";
import { readEnvironments } from "../../provider/kubernetes/readEnvironments.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import type { Platform, ServiceHealth } from "./platform.ts";

/** How long the cluster may take to answer one question, ms. */
const answerWithin = 30_000;

/** The platform of a stack on Kubernetes, by the names that its settings make. What is not deployed yet serves nobody. */
export function kubernetesPlatform(context: Context): Platform {
  const settings = context.settings();
  const { kubernetes } = settings;
  const facts = servingFactsOf(context.project, settings);
  if (kubernetes === undefined || facts === undefined) throw new Error("greenlight:kubernetes is missing");
  const access = accessOf(context.project, kubernetes);
  const names = Object.keys(settings.services);
  const services = switchedServicesOf(settings, kubernetes);

  const health = async (environment: EnvironmentName): Promise<ServiceHealth[]> => {
    const seen = await readEnvironments(access, services, AbortSignal.timeout(answerWithin));
    return names.map((service) => {
      const { ready = 0, of = 0, troubles = [] } = seen[environment][service] ?? {};
      const sick = of === 0 ? [`${service} has no pod in ${environment}`] : troubles.map((it) => `${service}: ${it}`);
      return { service, healthy: ready, of, sick };
    });
  };

  return {
    name: "kubernetes",
    services: names,
    async serving() {
      const seen = await readLiveServices(facts, AbortSignal.timeout(answerWithin));
      return {
        readAt: new Date(),
        environment: environmentIn(seen),
        weights: Object.fromEntries(seen.map(({ service, weights }) => [service, weights])),
      };
    },
    async running() {
      const seen = await readEnvironments(access, services, AbortSignal.timeout(answerWithin));
      const digests = (environment: EnvironmentName) =>
        Object.fromEntries(Object.entries(seen[environment]).map(([service, pods]) => [service, pods.digests]));
      return versionsOf(context.project, settings, { blue: digests("blue"), green: digests("green") });
    },
    async healthy(environment) {
      const all = await health(environment);
      return {
        healthy: all.reduce((sum, it) => sum + it.healthy, 0),
        of: all.reduce((sum, it) => sum + it.of, 0),
      };
    },
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
    troubles: async () => [],
    thresholds: () => {
      throw notWatched();
    },
    observer: async () => {
      throw notWatched();
    },
    addresses: (environment) => testAddressesOf(settings, environment),
  };
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

function notWatched(): Problem {
  return new Problem({
    happened: "What serves is not watched on kubernetes yet.",
    untouched: "Nothing was changed.",
    next: "watch by what the cluster's own monitoring says of the side that serves",
    exitCode: exitCodes.usage,
  });
}
