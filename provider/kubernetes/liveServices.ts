import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "@kubernetes/client-node";
import {
  type EnvironmentName,
  environmentNames,
  isEnvironmentName,
  sayWeights,
  servesAll,
  type Weights,
  weightsFor,
} from "../../release/environment.ts";
import type { ServedTraffic } from "../../release/servesAsAsked.ts";
import { abortable } from "./abortable.ts";
import type { Client } from "./client.ts";
import type { KubernetesServingFacts } from "./facts.ts";
import { ask, unlessGone } from "./kubernetesProblem.ts";
import { type ReadyEndpoints, readyEndpoints, sayReadyEndpoints, sharesByPods } from "./readyEndpoints.ts";
import { type RouteBackends, readRoute, routeKind, sendsTo, weightsOf } from "./route.ts";

/** What leads a service's users: its live Service, or its HTTPRoute. */
export interface SeenLiveService {
  readonly service: string;
  readonly name: string;
  /** Undefined where it is not there, or leads elsewhere too. Where the pods of both sides share its traffic, what those make. */
  readonly weights: Weights | undefined;
  /** Ready endpoints of each side, where those share its traffic. */
  readonly pods?: ReadyEndpoints;
  /** Environments that get any of the service's traffic, also where it leads elsewhere too. */
  readonly live: readonly EnvironmentName[];
  readonly there: boolean;
}

/** Reads where users are led. What is not there leads nowhere. @throws Problem when the cluster does not say */
export async function readLiveServices(
  { access, label, services }: KubernetesServingFacts,
  signal: AbortSignal,
): Promise<SeenLiveService[]> {
  const { openClient } = await import("./client.ts");
  const client = openClient(access);
  const asked = { doing: "tell what serves", where: client.where, untouched: "Nothing was changed." };
  return Promise.all(
    services.map(async ({ service, name, route, both }) => {
      const led = await ask(asked, () =>
        route === undefined ? byService(client, { name, label, both }, signal) : byRoute(client, name, route, signal),
      );
      const { weights, live = [], pods } = led ?? {};
      return { service, name, there: led !== undefined, weights, live, ...(pods === undefined ? {} : { pods }) };
    }),
  );
}

type Led = Pick<SeenLiveService, "weights" | "live" | "pods">;

interface LiveService {
  readonly name: string;
  /** The label of its selector that names the environment. */
  readonly label: string;
  /** The selector by which it leads to both environments, where it may. */
  readonly both?: Readonly<Record<string, string>> | undefined;
}

async function byService(client: Client, it: LiveService, signal: AbortSignal): Promise<Led | undefined> {
  const { core, namespace } = client;
  const { name, label, both } = it;
  const seen = await unlessGone(abortable(core.readNamespacedService({ namespace, name }), signal));
  if (seen === undefined) return undefined;
  if (both !== undefined && isDeepStrictEqual(seen.spec?.selector, both)) {
    return byPods(client, { name, label, both }, signal);
  }
  const environment = seen.spec?.selector?.[label];
  return isEnvironmentName(environment)
    ? { weights: weightsFor(environment), live: [environment] }
    : { weights: undefined, live: [] };
}

/** Both sides take traffic, whichever has pods that are ready now. */
async function byPods(client: Client, { name, label, both = {} }: LiveService, signal: AbortSignal): Promise<Led> {
  const { endpointSlices, pods: podsWith } = await import("./collections.ts");
  const [slices, running] = await abortable(
    Promise.all([endpointSlices(client, [name]).list(), podsWith(client, both).list()]),
    signal,
  );
  const of = (environment: EnvironmentName) => ({ ...both, [label]: environment });
  const pods = readyEndpoints({ blue: of("blue"), green: of("green") }, slices.items, running.items);
  return { weights: sharesByPods(pods), live: environmentNames, pods };
}

async function byRoute(
  { custom, namespace }: Client,
  name: string,
  backends: RouteBackends,
  signal: AbortSignal,
): Promise<Led | undefined> {
  const asked = custom.getNamespacedCustomObject({ ...routeKind, namespace, name });
  const seen: KubernetesObject | undefined = await unlessGone(abortable(asked, signal));
  if (seen === undefined) return undefined;
  const route = readRoute(seen);
  return {
    weights: weightsOf(route, backends),
    live: environmentNames.filter((environment) => sendsTo(route, backends, environment)),
  };
}

/** Shares of traffic that all services have, if they have the same, and nobody's pods make them. */
function sharedBy(services: readonly SeenLiveService[]): Weights | undefined {
  if (services.some(({ pods }) => pods !== undefined)) return undefined;
  const first = services[0]?.weights;
  return services.every(({ weights }) => isDeepStrictEqual(weights, first)) ? first : undefined;
}

/** The environment that has all traffic of all services, if one has. */
export function environmentIn(services: readonly SeenLiveService[]): EnvironmentName | undefined {
  const weights = sharedBy(services);
  return weights === undefined ? undefined : servesAll(weights);
}

/** What serves, by service. */
export function servedBy(services: readonly SeenLiveService[]): ServedTraffic {
  const byPods = services.flatMap(({ service, pods }) => (pods === undefined ? [] : [[service, pods] as const]));
  return {
    weights: Object.fromEntries(services.map(({ service, weights }) => [service, weights])),
    ...(byPods.length === 0 ? {} : { instances: Object.fromEntries(byPods) }),
  };
}

/** Environments that take any service's traffic. */
export async function liveEnvironments(facts: KubernetesServingFacts, signal: AbortSignal): Promise<EnvironmentName[]> {
  const services = await readLiveServices(facts, signal);
  return environmentNames.filter((name) => services.some(({ live }) => live.includes(name)));
}

/** What serves a service, in words. */
export function sayLiveService({ service, weights, there, pods }: SeenLiveService): string {
  if (pods !== undefined) return `${service} by both sides, ${sayReadyEndpoints(pods)}`;
  if (weights !== undefined) return `${service} by ${servesAll(weights) ?? sayWeights(weights)}`;
  return there ? `${service} by neither blue nor green` : `${service} by nobody`;
}
