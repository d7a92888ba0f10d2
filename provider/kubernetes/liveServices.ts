import type { V1Service } from "@kubernetes/client-node";
import { type EnvironmentName, environmentNames, isEnvironmentName } from "../../release/environment.ts";
import { abortable } from "./abortable.ts";
import type { KubernetesServingFacts } from "./facts.ts";
import { ask, statusOf } from "./kubernetesProblem.ts";

/** What a live Service leads to. */
export interface SeenLiveService {
  readonly service: string;
  readonly name: string;
  /** Undefined where the Service is not there, or leads to neither environment. */
  readonly environment: EnvironmentName | undefined;
  readonly there: boolean;
}

/** Reads where the live Services lead. One that is not there leads nowhere. @throws Problem when the cluster does not say */
export async function readLiveServices(
  { access, label, services }: KubernetesServingFacts,
  signal: AbortSignal,
): Promise<SeenLiveService[]> {
  const { openClient } = await import("./client.ts");
  const client = openClient(access);
  const asked = { doing: "tell what serves", where: client.where, untouched: "Nothing was changed." };
  return Promise.all(
    services.map(async ({ service, name }) => {
      const seen = await ask(asked, () => readService(client.core, access.namespace, name, signal));
      const environment = seen?.spec?.selector?.[label];
      return {
        service,
        name,
        there: seen !== undefined,
        environment: isEnvironmentName(environment) ? environment : undefined,
      };
    }),
  );
}

type Core = ReturnType<typeof import("./client.ts").openClient>["core"];

async function readService(
  core: Core,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<V1Service | undefined> {
  try {
    return await abortable(core.readNamespacedService({ namespace, name }), signal);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The environment that all services lead to, if one does. */
export function environmentIn(services: readonly SeenLiveService[]): EnvironmentName | undefined {
  const first = services[0]?.environment;
  return services.every(({ environment }) => environment === first) ? first : undefined;
}

/** Environments that take any service's traffic. */
export async function liveEnvironments(facts: KubernetesServingFacts, signal: AbortSignal): Promise<EnvironmentName[]> {
  const services = await readLiveServices(facts, signal);
  return environmentNames.filter((name) => services.some(({ environment }) => environment === name));
}

/** What serves a service, in words. */
export function sayLiveService({ service, environment, there }: SeenLiveService): string {
  if (environment !== undefined) return `${service} by ${environment}`;
  return there ? `${service} by neither blue nor green` : `${service} by nobody`;
}
