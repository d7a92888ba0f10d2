import type { KubernetesObject, V1EndpointSlice } from "@kubernetes/client-node";
import { z } from "zod";
import type { Testers } from "../../../provider/local/envoy/routes.ts";
import { environmentNames } from "../../../release/environment.ts";

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
  readonly value: string;
  readonly service: string;
}

/** An HTTPRoute as requests go by it. */
export interface WeighedRoute {
  readonly generation: number;
  /** The Gateways that it names, as it names them. */
  readonly parentRefs: readonly object[];
  /** Services that it forwards to, with their weights; a weight left out is 1. */
  readonly backends: readonly { readonly service: string; readonly weight: number }[];
  /** What asks for one header, and leads to one Service. */
  readonly byHeader: readonly HeaderRule[];
  /** Why a rule is none that is understood here, of each such. */
  readonly strange: readonly string[];
}

const header = z.looseObject({ type: z.string().default("Exact"), name: z.string(), value: z.string() });

const routeSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(0) }),
  spec: z.looseObject({
    parentRefs: z.array(z.looseObject({ name: z.string() })).default([]),
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
});

/** A route by the backends of the rule that takes what no header asks elsewhere, and by what those ask. */
export function weighedRoute(route: KubernetesObject): WeighedRoute {
  const { metadata, spec } = routeSchema.parse(route);
  const { rules, parentRefs } = spec;
  const open = rules.find(({ matches }) => matches.every(({ headers }) => headers.length === 0));
  const backends = (open?.backendRefs ?? []).map(({ name, weight }) => ({ service: name, weight }));
  const asked = rules.filter((rule) => rule !== open).map(headerRule);
  return {
    generation: metadata.generation,
    parentRefs,
    backends,
    byHeader: asked.filter((it) => typeof it !== "string"),
    strange: asked.filter((it) => typeof it === "string"),
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
      more.length === 0 && only?.type === "Exact" && only.name === first?.name && only.value === first?.value,
  );
  if (first === undefined || !same) return "a rule that does not ask for one header's exact value";
  if (to === undefined || backends.length > 1)
    return "a rule for a header that leads to more than one Service, or none";
  return { header: first.name.toLowerCase(), value: first.value, service: to.name };
}

/**
 * By which header testers ask for a side, and what else a route asks that is not played: Envoys here know one header, whose value is the side
 * that it leads to. As behind most Gateways, testers are counted in the side's figures.
 *
 * @param sides the Service of each side
 */
export function testersOf(
  { byHeader, strange }: WeighedRoute,
  sides: Readonly<Record<"blue" | "green", string>>,
): { readonly testers: Testers | undefined; readonly strange: readonly string[] } {
  const [first] = byHeader;
  if (first === undefined) return { testers: undefined, strange };
  const { header } = first;
  const leads = environmentNames.filter((side) =>
    byHeader.some((it) => it.value === side && it.service === sides[side] && it.header === header),
  );
  const others = byHeader.length - leads.length;
  return {
    testers: { header, sides: leads, counted: true },
    strange: others === 0 ? strange : [...strange, `${others} rules that lead by a header to no side of that name`],
  };
}
