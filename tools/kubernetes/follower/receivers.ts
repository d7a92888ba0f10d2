import type { KubernetesObject, V1EndpointSlice } from "@kubernetes/client-node";
import { z } from "zod";

/** What is ready behind a Service, by pods' addresses: what kube-proxy sends requests to. */
export function readyAddresses(slices: Iterable<V1EndpointSlice>): string[] {
  const ready = [...slices].flatMap(({ endpoints }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses),
  );
  return [...new Set(ready)].sort();
}

/** Services that an HTTPRoute's first rule forwards to, with their weights; a weight left out is 1. */
export type Backends = readonly { readonly service: string; readonly weight: number }[];

const routeSchema = z.looseObject({
  spec: z.looseObject({
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

/** The backends of the rule that takes what no header asks elsewhere. */
export function backendsOf(route: KubernetesObject): Backends {
  const { rules } = routeSchema.parse(route).spec;
  const open = rules.find(({ matches }) => (matches ?? []).every(({ headers }) => (headers ?? []).length === 0));
  return (open?.backendRefs ?? []).map(({ name, weight }) => ({ service: name, weight }));
}
