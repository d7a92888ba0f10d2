import type { KubernetesObject, V1EndpointSlice } from "@kubernetes/client-node";
import { z } from "zod";

/** What is ready behind a Service, by pods' addresses: what kube-proxy sends requests to. */
export function readyAddresses(slices: Iterable<V1EndpointSlice>): string[] {
  const ready = [...slices].flatMap(({ endpoints }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses),
  );
  return [...new Set(ready)].sort();
}

/** An HTTPRoute as requests go by it. */
export interface WeighedRoute {
  readonly generation: number;
  /** The Gateways that it names, as it names them. */
  readonly parentRefs: readonly object[];
  /** Services that it forwards to, with their weights; a weight left out is 1. */
  readonly backends: readonly { readonly service: string; readonly weight: number }[];
}

const routeSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(0) }),
  spec: z.looseObject({
    parentRefs: z.array(z.looseObject({ name: z.string() })).default([]),
    rules: z
      .array(
        z.looseObject({
          matches: z.array(z.looseObject({ headers: z.array(z.unknown()).optional() })).optional(),
          backendRefs: z
            .array(z.looseObject({ name: z.string(), weight: z.number().int().min(0).default(1) }))
            .default([]),
        }),
      )
      .default([]),
  }),
});

/** A route by the backends of the rule that takes what no header asks elsewhere. */
export function weighedRoute(route: KubernetesObject): WeighedRoute {
  const { metadata, spec } = routeSchema.parse(route);
  const { rules, parentRefs } = spec;
  const open = rules.find(({ matches }) => (matches ?? []).every(({ headers }) => (headers ?? []).length === 0));
  const backends = (open?.backendRefs ?? []).map(({ name, weight }) => ({ service: name, weight }));
  return { generation: metadata.generation, parentRefs, backends };
}
