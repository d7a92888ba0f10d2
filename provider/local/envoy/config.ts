import type { EnvironmentName } from "../../../release/environment.ts";
import type { ServiceFacts } from "../platformFacts.ts";
import { loopback } from "../ports.ts";

/** What the proxy's configuration is made from. */
export interface ProxyFacts {
  /** Where the services' own ports are opened; everything else stays on loopback. */
  readonly listen: string;
  readonly adminPort: number;
  readonly services: readonly ServiceFacts[];
}

const environments = ["blue", "green"] as const;

/** Name of the cluster that takes a service's users in one environment; its counters are the environment's metrics. */
export const clusterName = (service: string, environment: EnvironmentName): string => `${service}_${environment}`;
const directName = (service: string, environment: EnvironmentName): string => `${service}_${environment}_direct`;

/** Runtime key of a cluster's weight: Envoy appends the cluster's name to the route's prefix. */
export const weightKey = (service: string, environment: EnvironmentName): string =>
  `greenlight.${service}.${clusterName(service, environment)}`;

/** Takes what neither environment is given: no instance stands behind it, so it answers 503 until the first switch. */
const nobody = (service: string): string => `${service}_nobody`;
export const nobodyKey = (service: string): string => `greenlight.${service}.${nobody(service)}`;

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

/** One public listener a service, and one listener a service and environment that reaches that environment alone. */
export function listeners(facts: ProxyFacts): object {
  return {
    resources: facts.services.flatMap((service) => [
      listener(service.name, address(facts.listen, service.port), weighted(service.name)),
      ...environments
        .filter((environment) => service.instances[environment].length > 0)
        .map((environment) =>
          listener(`${service.name}_${environment}_direct`, address(loopback, service.direct[environment]), {
            cluster: directName(service.name, environment),
          }),
        ),
    ]),
  };
}

/** Users' traffic and direct traffic go through clusters of their own, so that smoke tests never count as users. */
export function clusters(facts: ProxyFacts): object {
  return {
    resources: facts.services.flatMap((service) => [
      ...environments.flatMap((environment) => [
        cluster(clusterName(service.name, environment), service, service.instances[environment]),
        cluster(directName(service.name, environment), service, service.instances[environment]),
      ]),
      cluster(nobody(service.name), service, []),
    ]),
  };
}

function weighted(service: string): object {
  return {
    weighted_clusters: {
      runtime_key_prefix: `greenlight.${service}`,
      // The weights written here hold only where the runtime layer has no key: then nobody serves.
      clusters: [
        ...environments.map((environment) => ({ name: clusterName(service, environment), weight: 0 })),
        { name: nobody(service), weight: 100 },
      ],
    },
  };
}

function listener(name: string, at: object, target: object): object {
  const action = {
    ...target,
    timeout: "60s",
    // A request that never reached an instance is safe to send to another one.
    retry_policy: {
      retry_on: "connect-failure,refused-stream,reset-before-request",
      num_retries: 2,
      retry_host_predicate: [
        {
          name: "envoy.retry_host_predicates.previous_hosts",
          typed_config: {
            "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
          },
        },
      ],
      host_selection_retry_max_attempts: 3,
    },
  };
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
              route_config: {
                name,
                // A new service's listener may be read before its clusters are warm: it must not be refused for good.
                validate_clusters: false,
                virtual_hosts: [{ name, domains: ["*"], routes: [{ match: { prefix: "/" }, route: action }] }],
              },
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
