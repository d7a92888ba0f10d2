import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import { givenCookie, stickyCookie } from "../../../release/stickyCookie.ts";
import type { ServiceFacts } from "../platformFacts.ts";
import { clusterName, directName, nobody } from "./names.ts";

/** Who reaches a side whatever the weights. */
export interface Testers {
  /** Name of the header, lower-case; its value is the side's name. */
  readonly header: string;
  /** Sides that can be asked for; left out, those with an instance. */
  readonly sides?: readonly EnvironmentName[] | undefined;
  /** Whether their requests are counted as users' are; left out, they are not. */
  readonly counted?: boolean | undefined;
}

/** Where a service's users go besides what the weights say. */
export interface UsersRouting {
  /** Left out, no header leads anywhere. */
  readonly testers?: Testers | undefined;
  /** Seconds that a user stays with the side that answered first, while traffic is shared; left out, not at all. */
  readonly stickySeconds?: number | undefined;
}

/** A route as Envoy takes it; its name says what it is, so that it can be read back whether it is in force. */
interface Route {
  readonly name: string;
  readonly match: object;
  readonly route: object;
  readonly response_headers_to_add?: readonly object[];
}

/** What Envoy's `cookie` header looks like where a user brings that cookie. */
const broughtCookie = String.raw`(.*;\s*)?${stickyCookie}=[^;\s"]+(;.*)?`;

/** The routes of a service's users, in the order in which they are asked: testers' first, then those by the weights. */
export function usersRoutes({ testers, stickySeconds }: UsersRouting, service: ServiceFacts): Route[] {
  const { name } = service;
  return [
    ...testersRoutes(testers, service),
    ...(stickySeconds === undefined ? [allRoute(weighted(name))] : stickyRoutes(name, stickySeconds)),
  ];
}

/** The names of a service's routes. */
export function routeNames(routing: UsersRouting, service: ServiceFacts): string[] {
  return usersRoutes(routing, service).map(({ name }) => name);
}

function testersRoutes(testers: Testers | undefined, { name, instances }: ServiceFacts): Route[] {
  if (testers === undefined) return [];
  const sides = testers.sides ?? environmentNames.filter((environment) => instances[environment].length > 0);
  const nameOf = testers.counted === true ? clusterName : directName;
  return sides.map((environment) => ({
    name: `testers ${testers.header} ${environment}`,
    match: { prefix: "/", headers: [{ name: testers.header, string_match: { exact: environment } }] },
    route: forwarding({ cluster: nameOf(name, environment) }),
  }));
}

/**
 * A user is divided by a number of their own instead of a new one for each request, so they stay where they are until a share passes them by.
 * That number is the id that Envoy gave their first request, and the cookie brings it back. Envoy's own cookie (`ttl` of the hash policy) would
 * not do: only clusters that hash by it give it out, and after the side was chosen.
 */
function stickyRoutes(service: string, seconds: number): Route[] {
  const by = (policy: object) => weighted(service, [policy]);
  const cookie = givenCookie("%REQ(X-REQUEST-ID)%", seconds);
  return [
    {
      name: `sticky ${seconds}`,
      match: {
        prefix: "/",
        headers: [{ name: "cookie", string_match: { safe_regex: { regex: broughtCookie } } }],
      },
      route: forwarding(by({ cookie: { name: stickyCookie } })),
    },
    {
      ...allRoute(by({ header: { header_name: "x-request-id" } })),
      response_headers_to_add: [{ header: { key: "set-cookie", value: cookie } }],
    },
  ];
}

function weighted(service: string, hashed?: readonly object[]): object {
  return {
    weighted_clusters: {
      runtime_key_prefix: `greenlight.${service}`,
      // The weights written here hold only where the runtime layer has no key: then nobody serves.
      clusters: [
        ...environmentNames.map((environment) => ({ name: clusterName(service, environment), weight: 0 })),
        { name: nobody(service), weight: 100 },
      ],
      ...(hashed === undefined ? {} : { use_hash_policy: true }),
    },
    ...(hashed === undefined ? {} : { hash_policy: hashed }),
  };
}

/** Every request to one target. */
export function allRoute(target: object): Route {
  return { name: "all", match: { prefix: "/" }, route: forwarding(target) };
}

function forwarding(target: object): object {
  return {
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
}
