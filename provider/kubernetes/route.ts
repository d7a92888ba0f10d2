import type { KubernetesObject } from "@kubernetes/client-node";
import { z } from "zod";
import { type EnvironmentName, environmentNames, type Weights } from "../../release/environment.ts";

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

/** The parts of an HTTPRoute that say where users go, and whether a Gateway has taken it up. */
const routeShape = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    generation: z.number().optional(),
  }),
  spec: z.looseObject({
    parentRefs: z.array(parent).default([]),
    rules: z
      .array(
        z.looseObject({
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

/** All backends of a route's rules with their weights. */
function backendsOf({ spec }: SeenRoute) {
  return spec.rules.flatMap(({ backendRefs }) => backendRefs);
}

/**
 * Shares in percent; undefined where the route is not as a stack makes it: several rules, a backend that is neither environment's, or
 * shares that are no whole percents.
 */
export function weightsOf(route: SeenRoute, backends: RouteBackends): Weights | undefined {
  const [rule, ...more] = route.spec.rules;
  if (rule === undefined || more.length > 0) return undefined;
  const weight = (environment: EnvironmentName) =>
    rule.backendRefs.filter(({ name }) => name === backends[environment]).reduce((sum, it) => sum + it.weight, 0);
  const total = rule.backendRefs.reduce((sum, it) => sum + it.weight, 0);
  const [blue, green] = [weight("blue"), weight("green")];
  if (total === 0 || blue + green !== total) return undefined;
  const percent = (100 * blue) / total;
  return Number.isInteger(percent) ? { blue: percent, green: 100 - percent } : undefined;
}

/** Whether any rule of the route sends users to a Service. */
export function sendsTo(route: SeenRoute, service: string): boolean {
  return backendsOf(route).some(({ name, weight }) => name === service && weight > 0);
}

/** The route's backends in words, such as `shop-api-blue 100, shop-api-green 0`. */
export function sayBackends(route: SeenRoute): string {
  const all = backendsOf(route).map(({ name, weight }) => `${name} ${weight}`);
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
