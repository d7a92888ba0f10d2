import type { KubernetesObject } from "@kubernetes/client-node";
import { z } from "zod";
import { type EnvironmentName, environmentNames, type Weights } from "../../release/environment.ts";
import { keptBy } from "./stickyRules.ts";

/** Where the kind HTTPRoute is, as the API's custom objects are asked for. */
export const routeKind = { group: "gateway.networking.k8s.io", version: "v1", plural: "httproutes" } as const;

/** What a service's HTTPRoute forwards to: the Service of each environment, at one port. */
export const routeBackends = z.strictObject({ blue: z.string(), green: z.string(), port: z.number().int().min(1) });
export type RouteBackends = z.infer<typeof routeBackends>;

/**
 * The backends of a route's rule that sends shares of requests to both sides, as the API takes them: also a weight of 0.
 *
 * @param there sides that have a Service. A Gateway calls a route unresolved that names one which is not there, whatever its weight.
 */
export function backendRefs(
  backends: RouteBackends,
  weights: Weights,
  there: readonly EnvironmentName[] = environmentNames,
) {
  const named = environmentNames.filter((environment) => there.includes(environment) || weights[environment] > 0);
  return named.map((environment) => ({
    group: "" as const,
    kind: "Service" as const,
    name: backends[environment],
    port: backends.port,
    weight: weights[environment],
  }));
}

const parent = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  sectionName: z.string().optional(),
  port: z.number().optional(),
});

const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  observedGeneration: z.number().optional(),
});

const header = z.looseObject({ type: z.string().default("Exact"), name: z.string(), value: z.string() });

/** The parts of an HTTPRoute that say where users go, and whether a Gateway has taken it up. */
const routeShape = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    generation: z.number().optional(),
    resourceVersion: z.string().optional(),
  }),
  spec: z.looseObject({
    parentRefs: z.array(parent).default([]),
    rules: z
      .array(
        z.looseObject({
          matches: z.array(z.looseObject({ headers: z.array(header).default([]) })).default([]),
          backendRefs: z
            .array(z.looseObject({ name: z.string(), weight: z.number().int().min(0).default(1) }))
            .default([]),
        }),
      )
      .default([]),
  }),
  status: z
    .looseObject({
      parents: z.array(z.looseObject({ parentRef: parent, conditions: z.array(condition).default([]) })).default([]),
    })
    .optional(),
});
export type SeenRoute = z.infer<typeof routeShape>;

/** An HTTPRoute as the API tells it. @throws ZodError where it is none */
export function readRoute(object: KubernetesObject): SeenRoute {
  return routeShape.parse(object);
}

type SeenRule = SeenRoute["spec"]["rules"][number];

/**
 * Whether a rule is testers': all that it takes asks for one environment, by one header whose value is exactly its name, and goes to that
 * environment alone. A rule that takes anything else, or leads elsewhere, takes users. The header's name does not matter: a stack that gives
 * it another must find its own route again.
 */
export function isTesters({ matches, backendRefs }: SeenRule, backends: RouteBackends): boolean {
  return environmentNames.some(
    (environment) =>
      matches.length > 0 &&
      matches.every(({ headers: [only, ...more] }) => {
        return more.length === 0 && only?.type === "Exact" && only.value === environment;
      }) &&
      backendRefs.length > 0 &&
      backendRefs.every(({ name, weight }) => name === backends[environment] && weight > 0),
  );
}

/** The rules by which users go: all that are not testers'; also those by which some stay. */
function usersRules({ spec }: SeenRoute, backends: RouteBackends): SeenRule[] {
  return spec.rules.filter((rule) => !isTesters(rule, backends));
}

/** All backends of the rules by which users go, with their weights. */
function usersBackends(route: SeenRoute, backends: RouteBackends) {
  return usersRules(route, backends).flatMap(({ backendRefs }) => backendRefs);
}

/**
 * Shares of users in percent; undefined where the route is not as a stack makes it: several rules that are neither testers' nor keep users
 * where they are, or none, a backend that is neither environment's, shares that are no whole percents, or users who are kept where no share is.
 */
export function weightsOf(route: SeenRoute, backends: RouteBackends): Weights | undefined {
  const rules = usersRules(route, backends);
  const [rule, ...more] = rules.filter((it) => keptBy(it, backends) === undefined);
  if (rule === undefined || more.length > 0) return undefined;
  const weight = (environment: EnvironmentName) =>
    rule.backendRefs.filter(({ name }) => name === backends[environment]).reduce((sum, it) => sum + it.weight, 0);
  const total = rule.backendRefs.reduce((sum, it) => sum + it.weight, 0);
  const [blue, green] = [weight("blue"), weight("green")];
  if (total === 0 || blue + green !== total) return undefined;
  const percent = (100 * blue) / total;
  if (!Number.isInteger(percent)) return undefined;
  const weights = { blue: percent, green: 100 - percent };
  const kept = rules.flatMap((it) => keptBy(it, backends) ?? []);
  return kept.every((environment) => weights[environment] > 0) ? weights : undefined;
}

/** Whether any rule of the route sends users to an environment; testers are none. */
export function sendsTo(route: SeenRoute, backends: RouteBackends, environment: EnvironmentName): boolean {
  return usersBackends(route, backends).some(({ name, weight }) => name === backends[environment] && weight > 0);
}

/** Where the route sends users, in words such as `shop-api-blue 100, shop-api-green 0`. */
export function sayBackends(route: SeenRoute, backends: RouteBackends): string {
  const all = usersBackends(route, backends).map(({ name, weight }) => `${name} ${weight}`);
  return all.length === 0 ? "nothing" : all.join(", ").slice(0, 200);
}

/**
 * Why the Gateways that a route names have not taken up what it says now, a sentence without a full stop each: no answer of one, one about an
 * earlier generation, or one that refuses it.
 *
 * Source: the conditions Accepted and ResolvedRefs of the Gateway API's HTTPRoute; their observedGeneration says what they speak of.
 */
export function notTakenUp({ metadata, spec, status }: SeenRoute): string[] {
  const own = metadata.namespace;
  type Parent = z.infer<typeof parent>;
  const same = (a: Parent, b: Parent) =>
    a.name === b.name &&
    (a.namespace ?? own) === (b.namespace ?? own) &&
    a.sectionName === b.sectionName &&
    a.port === b.port;
  if (spec.parentRefs.length === 0) return [`the HTTPRoute ${metadata.name} names no Gateway`];
  return spec.parentRefs.flatMap((asked) => {
    const gateway = `the Gateway ${asked.name}`;
    const answers = (status?.parents ?? []).filter(({ parentRef }) => same(parentRef, asked));
    if (answers.length === 0) return [`${gateway} has not answered to the HTTPRoute ${metadata.name} yet`];
    return answers.flatMap(({ conditions }) =>
      ["Accepted", "ResolvedRefs"].flatMap((type) => {
        const it = conditions.find((one) => one.type === type);
        if (it === undefined || it.observedGeneration !== metadata.generation) {
          return [`${gateway} has not taken up the HTTPRoute ${metadata.name} as it is now (${type})`];
        }
        if (it.status === "True") return [];
        const why = [it.reason, it.message].filter((text) => text !== undefined && text !== "").join(": ");
        return [
          `${gateway} does not take the HTTPRoute ${metadata.name}: ${type} is ${it.status} (${why || "no reason told"})`,
        ];
      }),
    );
  });
}
