import { environmentNames } from "../../../release/environment.ts";
import type { ServiceFacts } from "../platformFacts.ts";
import { loopback } from "../ports.ts";
import { clusterName, directName, nobody } from "./names.ts";
import { allRoute, type UsersRouting, usersRoutes } from "./routes.ts";

/** What the proxy's configuration is made from. */
export interface ProxyFacts extends UsersRouting {
  /** Where the services' own ports are opened; everything else stays on loopback. */
  readonly listen: string;
  readonly adminPort: number;
  readonly services: readonly ServiceFacts[];
}

/** The static part: admin, the runtime layer on disk, and where listeners and clusters are read from. */
export function bootstrap(facts: ProxyFacts, paths: { lds: string; cds: string; runtime: string }): object {
  return {
    node: { id: "greenlight", cluster: "greenlight" },
    admin: { address: address(loopback, facts.adminPort) },
    // Histograms are readable only after a flush.
    stats_flush_interval: "0.5s",
    layered_runtime: {
      layers: [{ name: "weights", disk_layer: { symlink_root: paths.runtime, append_service_cluster: false } }],
    },
    dynamic_resources: {
      lds_config: { path_config_source: { path: paths.lds }, resource_api_version: "V3" },
      cds_config: { path_config_source: { path: paths.cds }, resource_api_version: "V3" },
    },
  };
}

/**
 * One public listener a service, and one listener a service and environment that reaches that environment alone. The routes of the public
 * one are read from a file of their own: a change of them touches no connection.
 *
 * @param routesAt where a service's routes are read from
 */
export function listeners(facts: ProxyFacts, routesAt: (service: string) => string): object {
  return {
    resources: facts.services.flatMap((service) => [
      listener(service.name, address(facts.listen, service.port), {
        rds: {
          route_config_name: service.name,
          config_source: { path_config_source: { path: routesAt(service.name) }, resource_api_version: "V3" },
        },
      }),
      ...environmentNames
        .filter((environment) => service.instances[environment].length > 0)
        .map((environment) => {
          const name = directName(service.name, environment);
          const route_config = routeConfig(name, [allRoute({ cluster: name })]);
          return listener(name, address(loopback, service.direct[environment]), { route_config });
        }),
    ]),
  };
}

/** The routes of one service's users. */
export function routes(facts: ProxyFacts, service: ServiceFacts): object {
  const own = routeConfig(service.name, usersRoutes(facts, service));
  return { resources: [{ "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration", ...own }] };
}

/** Users' traffic and direct traffic go through clusters of their own, so that smoke tests never count as users. */
export function clusters(facts: ProxyFacts): object {
  return {
    resources: facts.services.flatMap((service) => [
      ...environmentNames.flatMap((environment) => [
        cluster(clusterName(service.name, environment), service, service.instances[environment]),
        cluster(directName(service.name, environment), service, service.instances[environment]),
      ]),
      cluster(nobody(service.name), service, []),
    ]),
  };
}

function routeConfig(name: string, all: readonly object[]) {
  return {
    name,
    // A new service's routes may be read before its clusters are warm: they must not be refused for good.
    validate_clusters: false,
    virtual_hosts: [{ name, domains: ["*"], routes: all }],
  };
}

/** @param routed where its routes are: `rds` or `route_config` */
function listener(name: string, at: object, routed: object): object {
  return {
    "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
    name,
    address: at,
    filter_chains: [
      {
        filters: [
          {
            name: "http",
            typed_config: {
              "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              stat_prefix: name,
              use_remote_address: true,
              normalize_path: true,
              request_headers_timeout: "30s",
              ...routed,
              http_filters: [
                {
                  name: "router",
                  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function cluster(name: string, service: ServiceFacts, ports: readonly number[]): object {
  return {
    "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    name,
    type: "STATIC",
    connect_timeout: "1s",
    lb_policy: "LEAST_REQUEST",
    // Shorter than the 5 s after which many servers close an idle connection: a request must not meet that close.
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        common_http_protocol_options: { idle_timeout: "4s" },
        explicit_http_config: { http_protocol_options: {} },
      },
    },
    // With every instance unhealthy a request still goes somewhere: its failure is then counted, not hidden.
    common_lb_config: { healthy_panic_threshold: { value: 1 } },
    circuit_breakers: {
      thresholds: [{ max_connections: 4096, max_pending_requests: 4096, max_requests: 4096, max_retries: 64 }],
    },
    health_checks: [
      {
        timeout: "2s",
        interval: "1s",
        no_traffic_interval: "1s",
        unhealthy_interval: "1s",
        unhealthy_threshold: 3,
        healthy_threshold: 1,
        http_health_check: { path: service.healthPath },
      },
    ],
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: ports.map((port) => ({
            endpoint: { address: address(loopback, port) },
          })),
        },
      ],
    },
  };
}

function address(host: string, port: number): object {
  return { socket_address: { address: host, port_value: port } };
}
