import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject, V1Endpoint, V1EndpointSlice, V1Pod, V1Service } from "@kubernetes/client-node";
import { z } from "zod";
import { environmentNames, sayWeights, servesAll, type Weights, weightsFor } from "../../release/environment.ts";
import { receivingFault as faultOf } from "../../release/receivingFault.ts";
import { sliceOwner } from "./collections.ts";
import { podsOf } from "./pods.ts";
import { podTrouble } from "./podTrouble.ts";
import { type ReadyEndpoints, readyEndpoints } from "./readyEndpoints.ts";
import { isReady } from "./rollout.ts";
import { notTakenUp, readRoute, routeBackends, sayBackends, weightsOf } from "./route.ts";

const labels = z.record(z.string(), z.string());

/**
 * A service whose traffic is switched: the live Service that users reach or, where a Gateway leads them, the HTTPRoute of that name; and
 * what the pods of each environment are found by.
 */
export const switchedService = z.strictObject({
  service: z.string(),
  name: z.string(),
  blue: labels,
  green: labels,
  /** With it, `name` is an HTTPRoute. */
  route: routeBackends.optional(),
  /** The selector by which the live Service leads to both environments, so that their ready pods share its traffic (rolling). */
  both: labels.optional(),
  /** Pods that each side's share of the traffic takes, where that is less than all (rolling). */
  needed: z.strictObject({ blue: z.number().int().min(0), green: z.number().int().min(0) }).optional(),
});
export type SwitchedService = z.infer<typeof switchedService>;

/**
 * Where users of a service are led: shares of the environments, both in the shares that their ready pods make, something else, or nowhere
 * while what leads them is not there.
 */
export type Leads = Weights | "both" | "elsewhere" | "nowhere";

/** What leads users, as it is there. */
export interface SeenLeads {
  readonly services: readonly V1Service[];
  readonly routes: readonly KubernetesObject[];
}

export interface SeenTraffic extends SeenLeads {
  readonly slices: readonly V1EndpointSlice[];
  readonly pods: readonly V1Pod[];
}

export function leadsTo(asked: SwitchedService, seen: SeenLeads): Leads {
  if (asked.route !== undefined) {
    const route = routeOf(asked, seen);
    return route === undefined ? "nowhere" : (weightsOf(route, asked.route) ?? "elsewhere");
  }
  const service = serviceOf(asked, seen);
  if (service === undefined) return "nowhere";
  const selector = service.spec?.selector ?? {};
  const environment = environmentNames.find((name) => isDeepStrictEqual(selector, asked[name]));
  if (environment !== undefined) return weightsFor(environment);
  return asked.both !== undefined && isDeepStrictEqual(selector, asked.both) ? "both" : "elsewhere";
}

/** Whether users are led as was asked. A Service that leads to both sides is any share of the traffic: their pods make it. */
export function agrees(now: Leads, asked: Leads): boolean {
  if (now === "both" && typeof asked !== "string") return servesAll(asked) === undefined;
  return isDeepStrictEqual(now, asked);
}

/** Shares of traffic by where users are led; 0 and 0 where that is neither environment, or both and nobody knows how much. */
export function sharesOf(leads: Leads): Weights {
  return typeof leads === "string" ? { blue: 0, green: 0 } : leads;
}

/** What a service's users are led by, for a person: `the Service shop-api` or `the HTTPRoute shop-api`. */
export function leaderOf({ name, route }: SwitchedService): string {
  return `the ${route === undefined ? "Service" : "HTTPRoute"} ${name}`;
}

/**
 * What leads users neither where the last update left them nor where this one asks: somebody else moved them. A sentence each.
 *
 * @param left where each was led after the last update; undefined before the first
 */
export function strangers(
  services: readonly SwitchedService[],
  seen: SeenLeads,
  left: Readonly<Record<string, Leads>> | undefined,
  asked: Weights,
): string[] {
  return services.flatMap((it) => {
    const now = leadsTo(it, seen);
    const known = left?.[it.service];
    if (now === "nowhere" || agrees(now, asked) || (known !== undefined && agrees(now, known))) return [];
    // A stack that was lost finds its own again; what is another's, or was rewritten, is not overwritten.
    if (known === undefined && now !== "elsewhere") return [];
    const before = known === undefined ? "none of this name" : sayLeads(known);
    return [`${leaderOf(it)} leads to ${sayNow(now, it, seen)}, the last update left ${before}`];
  });
}

/**
 * Why an environment is not fit to receive more of a service's traffic than it has; undefined when it is, or gets no more. One that gets less
 * is not asked: pods that cannot be ready must not keep users from going back.
 *
 * @param left where it was led after the last update: how much each side was given where both are led to
 */
export function receivingFault(
  it: SwitchedService,
  asked: Weights,
  now: Leads,
  pods: readonly V1Pod[],
  left?: Leads,
): string | undefined {
  const before = sharesOf(now === "both" && left !== undefined && agrees(now, left) ? left : now);
  const [blue, green] = environmentNames.map((name) => {
    const own = podsOf(it[name], pods);
    const trouble = own.filter((pod) => !isReady(pod)).flatMap((pod) => podTrouble(pod) ?? [])[0];
    return {
      of: own.length,
      ready: own.filter(isReady).length,
      trouble: trouble === undefined ? undefined : `${trouble.pod}: ${trouble.says}`,
    };
  });
  if (blue === undefined || green === undefined) throw new Error("there are two environments");
  const words = { one: "pod", many: "pods", fit: "ready" };
  return faultOf(it.service, before, asked, { blue, green }, words, it.needed);
}

/** Where what serves differs from what was asked, a sentence each: what leads users, and the endpoints that follow from it. */
export function differences(services: readonly SwitchedService[], asked: Weights, seen: SeenTraffic): string[] {
  return services.flatMap((it) => {
    const now = leadsTo(it, seen);
    if (!agrees(now, asked)) return [`${leaderOf(it)} leads to ${sayNow(now, it, seen)}`];
    if (now === "both") return sharedAstray(it, seen);
    return [...untaken(it, seen), ...sidesWith(asked).flatMap((name) => astray(it, name, seen))];
  });
}

/** Why the Gateway of a service's route does not send users where it says yet; empty where no route leads them. */
export function untaken(it: SwitchedService, seen: SeenLeads): string[] {
  const route = it.route === undefined ? undefined : routeOf(it, seen);
  return route === undefined ? [] : notTakenUp(route);
}

type Side = (typeof environmentNames)[number];

const sidesWith = (weights: Weights): Side[] => environmentNames.filter((name) => weights[name] > 0);

/** The Service whose endpoints are an environment's users' way: its own behind a route, else the live one. */
export function endpointsOwner(it: SwitchedService, environment: Side): string {
  return it.route?.[environment] ?? it.name;
}

/** Endpoints that are not the ready pods of the environment that they are to be of. */
function astray(it: SwitchedService, environment: Side, seen: SeenTraffic): string[] {
  const owner = endpointsOwner(it, environment);
  const ready = readyPods(it, [environment], seen);
  const endpoints = endpointsOf(owner, seen);
  const asleep = endpoints.filter(({ conditions }) => conditions?.ready === false);
  return [
    ...(ready.size === 0 ? [`no pod of ${it.service} in ${environment} is ready`] : []),
    ...otherThan(ready, endpoints, owner),
    ...(asleep.length === 0 ? [] : [`${asleep.length} endpoints of ${owner} are not ready`]),
  ];
}

/**
 * The same of a Service that leads to both: those that are ready are all ready pods of both sides. One that is not ready gets no request, and
 * must not keep users from going back where it is of a candidate that cannot be.
 */
function sharedAstray(it: SwitchedService, seen: SeenTraffic): string[] {
  const ready = readyPods(it, environmentNames, seen);
  const endpoints = endpointsOf(it.name, seen).filter(({ conditions }) => conditions?.ready !== false);
  return [...(ready.size === 0 ? [`no pod of ${it.service} is ready`] : []), ...otherThan(ready, endpoints, it.name)];
}

function readyPods(it: SwitchedService, environments: readonly Side[], { pods }: SeenTraffic): Set<string> {
  const own = environments.flatMap((name) => podsOf(it[name], pods)).filter(isReady);
  return new Set(own.map(({ metadata }) => metadata?.name ?? ""));
}

/** Endpoints of a Service that are not on their way out. */
function endpointsOf(owner: string, { slices }: SeenTraffic): V1Endpoint[] {
  return slices
    .filter(({ metadata }) => metadata?.labels?.[sliceOwner] === owner)
    .flatMap((slice) => slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.terminating !== true);
}

function otherThan(ready: ReadonlySet<string>, endpoints: readonly V1Endpoint[], owner: string): string[] {
  const reached = new Set(endpoints.map(({ targetRef }) => targetRef?.name ?? ""));
  const strange = [...reached].filter((pod) => !ready.has(pod));
  const missing = [...ready].filter((pod) => !reached.has(pod));
  return [
    ...(strange.length === 0 ? [] : [`${owner} still leads to ${strange.slice(0, 3).join(", ")}`]),
    ...(missing.length === 0 ? [] : [`${owner} does not lead to ${missing.slice(0, 3).join(", ")} yet`]),
  ];
}

/** Ready endpoints of the live Service, by whose pods they are. */
export function endpointsBehind(it: SwitchedService, { slices, pods }: SeenTraffic): ReadyEndpoints {
  const own = slices.filter(({ metadata }) => metadata?.labels?.[sliceOwner] === it.name);
  return readyEndpoints(it, own, pods);
}

/** Where users are led, in words: an environment's name, both shares, or that it is neither. */
export function sayLeads(leads: Leads): string {
  if (leads === "both") return "the pods of both sides";
  return typeof leads === "string" ? leads : (servesAll(leads) ?? sayWeights(leads));
}

/** As {@link sayLeads}; where it is neither, what is there in its place. */
export function sayNow(now: Leads, it: SwitchedService, seen: SeenLeads): string {
  if (now !== "elsewhere") return sayLeads(now);
  if (it.route !== undefined) {
    const route = routeOf(it, seen);
    return route === undefined ? now : sayBackends(route, it.route);
  }
  const text = Object.entries(serviceOf(it, seen)?.spec?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return text.length === 0 ? "no pods at all" : text.join(",").slice(0, 200);
}

function serviceOf({ name }: SwitchedService, { services }: SeenLeads): V1Service | undefined {
  return services.find(({ metadata }) => metadata?.name === name);
}

function routeOf({ name }: SwitchedService, { routes }: SeenLeads) {
  const found = routes.find(({ metadata }) => metadata?.name === name);
  return found === undefined ? undefined : readRoute(found);
}
