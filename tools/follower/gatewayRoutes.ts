import { z } from "zod";
import { clusterName } from "../../provider/local/envoy/names.ts";
import { environmentNames } from "../../release/environment.ts";
import type { ServiceState } from "./serviceState.ts";

const weighted = z.looseObject({
  weighted_clusters: z.looseObject({ clusters: z.array(z.looseObject({ name: z.string() })) }),
});
const envoyRoute = z.looseObject({ name: z.string(), match: z.looseObject({}), route: z.looseObject({}) });
const routesFile = z.looseObject({
  resources: z.array(z.looseObject({ virtual_hosts: z.array(z.looseObject({ routes: z.array(envoyRoute) })) })),
});
type EnvoyRoute = z.infer<typeof envoyRoute>;

/**
 * Adds to the routes of one service's users what a Gateway does and this machine's own proxy does not: headers by whose pattern requests reach
 * a side, and headers that sides add to their answers.
 *
 * @param file routes as Envoy reads them, the last of which shares by weights
 */
export function gatewayRoutes(
  file: object,
  service: string,
  { patterns = [], added }: Pick<ServiceState, "patterns" | "added">,
): object {
  if (patterns.length === 0 && added === undefined) return file;
  const led = patterns.map(({ header, pattern, side }) => ({
    name: `pattern ${header} ${side}`,
    match: { prefix: "/", headers: [{ name: header, string_match: { safe_regex: { regex: pattern } } }] },
    route: { cluster: clusterName(service, side), timeout: "60s" },
  }));
  const adding = ({ route, ...rest }: EnvoyRoute) => {
    const shared = weighted.safeParse(route).data;
    if (shared === undefined || added === undefined) return { ...rest, route };
    const clusters = shared.weighted_clusters.clusters.map((cluster) => {
      const side = environmentNames.find((name) => clusterName(service, name) === cluster.name);
      if (side === undefined) return cluster;
      const headers = added[side].map(({ name, value }) => ({ header: { key: name, value } }));
      return { ...cluster, response_headers_to_add: headers };
    });
    return { ...rest, route: { ...shared, weighted_clusters: { ...shared.weighted_clusters, clusters } } };
  };
  const { resources, ...others } = routesFile.parse(file);
  return {
    ...others,
    resources: resources.map((resource) => ({
      ...resource,
      virtual_hosts: resource.virtual_hosts.map((host) => {
        const all = host.routes.map(adding);
        return { ...host, routes: [...all.slice(0, -1), ...led, ...all.slice(-1)] };
      }),
    })),
  };
}
