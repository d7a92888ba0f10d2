import { resolve } from "node:path";
import type { Settings } from "../../config.ts";
import type { KubernetesAccess, KubernetesServingFacts } from "../../provider/kubernetes/facts.ts";
import type { ScaledService } from "../../provider/kubernetes/podsMatched.ts";
import type { SwitchedService } from "../../provider/kubernetes/switching.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { environmentLabel, type LedBy, objectName, switchedServices } from "./names.ts";
import type { KubernetesSettings } from "./settings.ts";

/** The cluster and namespace that a stack is in. */
export function accessOf(project: string, { kubeconfig, context, namespace }: KubernetesSettings): KubernetesAccess {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(project, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
    namespace,
  };
}

/** Where what serves is read: plain facts from the settings alone, so that it can be read before, and without, the engine. */
export function servingFactsOf(project: string, settings: Settings): KubernetesServingFacts | undefined {
  const { kubernetes } = settings;
  if (kubernetes === undefined) return undefined;
  return {
    access: accessOf(project, kubernetes),
    label: environmentLabel,
    services: switchedServicesOf(settings, kubernetes).map(({ service, name, route, both }) => ({
      service,
      name,
      ...(route === undefined ? {} : { route }),
      ...(both === undefined ? {} : { both }),
    })),
  };
}

/** The services of a stack whose traffic is switched, in that order. */
export function switchedServicesOf(settings: Settings, kubernetes: KubernetesSettings): SwitchedService[] {
  const { services } = settings;
  const ports = Object.fromEntries(Object.entries(services).map(([service, { port }]) => [service, port]));
  return switchedServices(kubernetes.name, ports, ledByOf(settings, kubernetes));
}

/** Without a Gateway pods share traffic, where their number follows it (rolling). */
export function ledByOf({ strategy }: Pick<Settings, "strategy">, { gateway }: KubernetesSettings): LedBy {
  if (gateway !== undefined) return "route";
  return strategy.kind === "rolling" ? "pods" : "side";
}

/** Those of them whose number of pods is the load's. */
export function scaledServicesOf(settings: Settings, kubernetes: KubernetesSettings): ScaledService[] {
  const deployed = environmentNames.filter((name) => settings[name] !== undefined);
  return switchedServicesOf(settings, kubernetes).flatMap((it) => {
    const most = kubernetes.services[it.service]?.scaling?.most;
    if (most === undefined) return [];
    const scalers = Object.fromEntries(deployed.map((name) => [name, objectName(kubernetes.name, it.service, name)]));
    return [{ ...it, scalers, least: settings.services[it.service]?.instances ?? 0, most }];
  });
}

/** Where each service of one environment is reached by tests, whoever serves users. */
export function testAddressesOf(settings: Settings, environment: EnvironmentName): Record<string, string> {
  const { kubernetes, services } = settings;
  if (kubernetes === undefined) return {};
  return Object.fromEntries(
    Object.entries(services).map(([service, { port }]) => [
      service,
      kubernetes.services[service]?.addresses[environment] ??
        `http://${objectName(kubernetes.name, service, environment)}.${kubernetes.namespace}.svc:${port}`,
    ]),
  );
}
