import { accessOf, servingFactsOf, switchedServicesOf } from "../../components/kubernetes/serving.ts";
import { watchFactsOf } from "../../components/kubernetes/watching.ts";
import { environmentIn, readLiveServices } from "../../provider/kubernetes/liveServices.ts";
import { requireNamespace } from "../../provider/kubernetes/namespace.ts";
import { readEnvironments } from "../../provider/kubernetes/readEnvironments.ts";
import { readSides, type SeenService } from "../../provider/kubernetes/readSides.ts";
import { type EnvironmentName, environmentNames, other } from "../../release/environment.ts";
import type { FiringAlarm, LiveHealth } from "../liveHealth.ts";
import { imageVersions, sayImage } from "./imageVersions.ts";
import { answerWithinMs, inTime, leftAlone, once } from "./inTime.ts";
import type { AskedPlatform, AskedStack, LiveInstances } from "./platform.ts";

const noAlarms =
  "greenlight:kubernetes.prometheus names no alerting rule, nor makes one, so nobody hears of requests that fail (docs/kubernetes.md)";

/**
 * The cluster and namespace that the settings name: what leads users, its endpoints, the Deployments and pods of both environments.
 *
 * @param ms longest that one question may take
 */
export function askedKubernetes(it: AskedStack, ms = answerWithinMs): AskedPlatform {
  const { project, settings } = it;
  const { kubernetes } = settings;
  const facts = servingFactsOf(project, settings);
  if (kubernetes === undefined || facts === undefined) throw new Error("greenlight:kubernetes is missing");
  const access = accessOf(project, kubernetes);
  const names = Object.keys(settings.services);
  const services = switchedServicesOf(settings, kubernetes);
  const ask = async <T>(what: string, question: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    // The client is large, and a busy machine takes its time to load it: the cluster's time begins afterwards.
    await import("../../provider/kubernetes/client.ts");
    return inTime(`Asking the cluster ${what}`, { ms, signal: it.signal }, question);
  };
  const lead = once(async () => {
    const seen = await ask("what serves", (signal) => readLiveServices(facts, signal));
    if (seen.every(({ there }) => !there)) {
      await ask("for its namespace", (signal) => requireNamespace(access, signal));
    }
    return seen;
  });
  /** Services that users reach. Nothing leads users to one that the release makes yet. */
  const shared = async () => {
    const led = (await lead()).filter(({ there }) => there);
    const live = environmentNames.filter((name) => led.some((it) => it.live.includes(name)));
    return { led, live, environment: led.length === 0 ? undefined : environmentIn(led) };
  };

  const watching = watchFactsOf(project, settings);
  /** Each alerting rule that judges a side, as Prometheus says. @throws Error where there is none */
  const alertsOf = async (environments: readonly EnvironmentName[]) => {
    const wanted = [...new Set(environments.flatMap((name) => watching?.alerts[name] ?? []))];
    if (watching === undefined || wanted.length === 0) throw new Error(noAlarms);
    const [{ Prometheus }, { readAlerts }] = await Promise.all([
      import("../../provider/prometheus/prometheus.ts"),
      import("../../provider/prometheus/alerts.ts"),
    ]);
    const prometheus = new Prometheus(watching.access);
    try {
      return await inTime("Asking Prometheus for its alerts", { ms, signal: it.signal }, (signal) =>
        readAlerts(prometheus, wanted, signal),
      );
    } finally {
      await prometheus.close();
    }
  };
  const isHeard = watching !== undefined && environmentNames.every((name) => watching.alerts[name].length > 0);
  const loud = async (environment: EnvironmentName): Promise<string[]> => {
    if (!isHeard) return [noAlarms];
    const seen = await alertsOf([environment]);
    return seen.filter(({ state }) => state === "firing").map(({ name }) => `the alert ${name} fires`);
  };

  const health = async (): Promise<LiveHealth> => {
    const nobody = { services: names, instances: [], firing: [] };
    const { led, environment } = await shared();
    if (led.length === 0) return { ...nobody, serves: "nothing" };
    if (environment === undefined) return { ...nobody, serves: "divided" };
    const [all, firing] = await Promise.all([
      ask("which pods run", (signal) => readSides(access, services, signal)),
      loud(environment),
    ]);
    const leads = (service: SeenService) => led.some((one) => one.service === service.service);
    return {
      serves: environment,
      services: led.map(({ service }) => service),
      instances: all.filter(leads).flatMap((service) => podsOf(service, environment)),
      firing: [
        ...all.flatMap((service) => (leads(service) ? astray(service, environment) : unled(service, environment))),
        ...firing.map((says) => ({ service: names.join(", ").slice(0, 100), says })),
      ],
    };
  };

  return {
    health: () => leftAlone(health()),
    serving: () =>
      shared()
        .then(({ environment }) => environment)
        .catch(() => undefined),
    async live() {
      const { live: environments } = await shared();
      if (environments.length === 0) return [];
      const versionOf = imageVersions(project, settings);
      const seen = await ask("which pods run", (signal) => readEnvironments(access, services, signal));
      return environments.flatMap((environment) =>
        Object.entries(seen[environment]).map(([service, { of, digests }]): LiveInstances => {
          const versions = digests.map((digest) => {
            const version = versionOf(environment, service, digest);
            return { version, says: version ?? sayImage(digest) };
          });
          return { service, environment, count: of, versions };
        }),
      );
    },
    async alarms() {
      const { live: environments } = await shared();
      // The update that deploys the stack makes its own rules.
      if (environments.length === 0 && kubernetes.prometheus?.rule !== undefined) {
        return { armed: "not yet", unwatched: [] };
      }
      const silent = (await alertsOf(environmentNames)).filter(({ state }) => state === "unknown");
      return { armed: silent.length === 0 ? "armed" : "missing", unwatched: [] };
    },
    watched() {
      if (!isHeard) throw new Error(noAlarms);
      return names;
    },
    mostInstances: (service) =>
      kubernetes.services[service]?.scaling?.most ?? settings.services[service]?.instances ?? 0,
    newestSnapshot: async () => undefined,
    drillsSnapshots: false,
  };
}

/** Each pod that the Deployment wants, whether it is there or not. */
function podsOf({ service, sides }: SeenService, environment: EnvironmentName): LiveHealth["instances"] {
  const side = sides[environment];
  if (side === undefined) return [];
  const { ready, wanted, troubles } = side;
  const well = Array.from({ length: ready }, () => ({ service, healthy: true, says: "ready" }));
  if (ready >= wanted) return well;
  const why = troubles.length === 0 ? "" : ` (${troubles.slice(0, 3).join("; ")})`;
  return [...well, { service, healthy: false, says: `${ready} of ${wanted} pods of ${environment} are ready${why}` }];
}

/** What users are sent to besides the environment that is to serve them, or in its place. */
function astray(
  { service, leader, untaken, endpoints }: SeenService,
  environment: EnvironmentName,
): readonly FiringAlarm[] {
  const idle = other(environment);
  return [
    ...untaken.map((says) => ({ service, says })),
    ...(endpoints[environment] === 0 ? [{ service, says: `${leader} has no ready endpoint in ${environment}` }] : []),
    ...(endpoints[idle] + endpoints.others === 0
      ? []
      : [
          {
            service,
            says: `${endpoints[idle] + endpoints.others} endpoints of ${leader} are not of ${environment}`,
          },
        ]),
  ];
}

/** A service that nothing leads users to is a new one, unless it is deployed where users are served. */
function unled({ service, sides }: SeenService, environment: EnvironmentName): readonly FiringAlarm[] {
  if (sides[environment] === undefined) return [];
  return [{ service, says: `nothing leads users to ${service}, though ${environment} has a Deployment of it` }];
}
