import type { KubernetesObject, V1EndpointSlice } from "@kubernetes/client-node";
import { z } from "zod";
import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import type { ServiceState } from "../../follower/serviceState.ts";

/** What is ready behind a Service, by pods' addresses: what kube-proxy sends requests to. */
export function readyAddresses(slices: Iterable<V1EndpointSlice>): string[] {
  const ready = [...slices].flatMap(({ endpoints }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses),
  );
  return [...new Set(ready)].sort();
}

/** Where requests with one header go. */
export interface HeaderRule {
  readonly header: string;
  /** What its value is, or a pattern that it is to match as a whole. */
  readonly value: string;
  readonly pattern: boolean;
  readonly service: string;
}

/** A header that a backend's answers get beside their own. */
export type AddedHeader = z.infer<typeof addedHeader>;

/** An HTTPRoute as requests go by it. */
export interface WeighedRoute {
  readonly generation: number;
  /** The Gateways that it names, as it names them. */
  readonly parentRefs: readonly object[];
  /** Services that it forwards to, with their weights; a weight left out is 1. */
  readonly backends: readonly {
    readonly service: string;
    readonly weight: number;
    readonly adds: readonly AddedHeader[];
  }[];
  /** What asks for one header, and leads to one Service. */
  readonly byHeader: readonly HeaderRule[];
  /** Why a rule is none that is understood here, of each such. */
  readonly strange: readonly string[];
}

const header = z.looseObject({ type: z.string().default("Exact"), name: z.string(), value: z.string() });

const addedHeader = z.strictObject({ name: z.string(), value: z.string() });

/** The one filter that is played: a backend's answers get headers. */
const adding = z.strictObject({
  type: z.literal("ResponseHeaderModifier"),
  responseHeaderModifier: z.strictObject({ add: z.array(addedHeader) }),
});

const routeSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(0) }),
  spec: z.looseObject({
    parentRefs: z.array(z.looseObject({ name: z.string() })).default([]),
    rules: z
      .array(
        z.looseObject({
          matches: z.array(z.looseObject({ headers: z.array(header).default([]) })).default([]),
          filters: z.array(z.unknown()).default([]),
          backendRefs: z
            .array(
              z.looseObject({
                name: z.string(),
                weight: z.number().int().min(0).default(1),
                filters: z.array(z.unknown()).default([]),
              }),
            )
            .default([]),
        }),
      )
      .default([]),
  }),
});

/** A route by the backends of the rule that takes what no header asks elsewhere, and by what those ask. */
export function weighedRoute(route: KubernetesObject): WeighedRoute {
  const { metadata, spec } = routeSchema.parse(route);
  const { rules, parentRefs } = spec;
  const open = rules.find(({ matches }) => matches.every(({ headers }) => headers.length === 0));
  const asked = rules.filter((rule) => rule !== open).map(headerRule);
  const backends = (open?.backendRefs ?? []).map(({ name, weight, filters }) => {
    const played = filters.flatMap((it) => adding.safeParse(it).data ?? []);
    return { service: name, weight, adds: played.flatMap((it) => it.responseHeaderModifier.add), played };
  });
  const filters = rules.flatMap((rule) => [...rule.filters, ...rule.backendRefs.flatMap((it) => it.filters)]);
  const played = backends.flatMap((it) => it.played);
  return {
    generation: metadata.generation,
    parentRefs,
    backends: backends.map(({ service, weight, adds }) => ({ service, weight, adds })),
    byHeader: asked.filter((it) => typeof it !== "string"),
    strange: [
      ...asked.filter((it) => typeof it === "string"),
      ...(filters.length === played.length ? [] : ["a filter other than headers that weighed backends add to answers"]),
    ],
  };
}

type Rule = z.infer<typeof routeSchema>["spec"]["rules"][number];

function headerRule({ matches, backendRefs }: Rule): HeaderRule | string {
  const asked = matches.map(({ headers }) => headers);
  const [first] = asked[0] ?? [];
  const backends = backendRefs.filter(({ weight }) => weight > 0);
  const [to] = backends;
  const same = asked.every(
    ([only, ...more]) =>
      more.length === 0 && only?.type === first?.type && only?.name === first?.name && only?.value === first?.value,
  );
  const kinds = ["Exact", "RegularExpression"];
  if (first === undefined || !same || !kinds.includes(first.type)) return "a rule that does not ask for one header";
  if (to === undefined || backends.length > 1)
    return "a rule for a header that leads to more than one Service, or none";
  const pattern = first.type === "RegularExpression";
  return { header: first.name.toLowerCase(), value: first.value, pattern, service: to.name };
}

/** Where a service's requests go besides what the weights say. */
export interface Routing extends Pick<ServiceState, "testers" | "patterns" | "added"> {
  /** What else a route asks that is not played. */
  readonly strange: readonly string[];
}

/**
 * By which header testers ask for a side, whose users stay where, and what answers are given. Envoys here know one header of testers, whose value is
 * the side that it leads to, and ask for it before any pattern. As behind most Gateways, testers are counted in the side's figures.
 *
 * @param sides the Service of each side
 */
export function routingOf(
  { byHeader, backends, strange }: WeighedRoute,
  sides: Readonly<Record<EnvironmentName, string>>,
): Routing {
  const exact = byHeader.filter(({ pattern }) => !pattern);
  const [first] = exact;
  const leads = environmentNames.filter((side) =>
    exact.some((it) => it.value === side && it.service === sides[side] && it.header === first?.header),
  );
  const patterns = byHeader.flatMap(({ pattern, header, value, service }) => {
    const side = environmentNames.find((name) => sides[name] === service);
    return pattern && side !== undefined ? [{ header, pattern: value, side }] : [];
  });
  const others = byHeader.length - leads.length - patterns.length;
  const late = byHeader.some(({ pattern }, at) => !pattern && byHeader[at - 1]?.pattern === true);
  const adds = (side: EnvironmentName) => backends.find(({ service }) => service === sides[side])?.adds ?? [];
  const added = { blue: adds("blue"), green: adds("green") };
  return {
    ...(first === undefined ? {} : { testers: { header: first.header, sides: leads, counted: true } }),
    ...(patterns.length === 0 ? {} : { patterns }),
    ...(added.blue.length + added.green.length === 0 ? {} : { added }),
    strange: [
      ...strange,
      ...(others === 0 ? [] : [`${others} rules that lead by a header to no side of that name`]),
      ...(late ? ["a rule for a header's value after one for a pattern"] : []),
    ],
  };
}
