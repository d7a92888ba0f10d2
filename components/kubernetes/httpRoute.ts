import { backendRefs, type RouteBackends } from "../../provider/kubernetes/route.ts";
import { stickyFilter, stickyHeader } from "../../provider/kubernetes/stickyRules.ts";
import { type EnvironmentName, servesAll, type Weights, weightsFault, weightsFor } from "../../release/environment.ts";

/** The Gateway that users come through. */
export interface GatewayReference {
  readonly name: string;
  /** Left out, the namespace of the stack. */
  readonly namespace?: string | undefined;
  /** One of its listeners; left out, all that take the route's hosts. */
  readonly section?: string | undefined;
}

/** An HTTPRoute of the Gateway API v1, as far as a stack makes it. */
export interface HttpRoute {
  readonly spec: {
    readonly parentRefs: readonly {
      readonly name: string;
      readonly namespace?: string;
      readonly sectionName?: string;
    }[];
    readonly hostnames: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly {
        readonly path: { readonly type: "PathPrefix"; readonly value: string };
        readonly headers?: readonly HeaderMatch[];
      }[];
      readonly backendRefs: readonly {
        readonly group: "";
        readonly kind: "Service";
        readonly name: string;
        readonly port: number;
        readonly weight: number;
        readonly filters?: readonly ReturnType<typeof stickyFilter>[];
      }[];
    }[];
  };
}

interface HeaderMatch {
  readonly type: "Exact" | "RegularExpression";
  readonly name: string;
  readonly value: string;
}

/** What a route does besides sharing its users. */
export interface RouteWishes {
  /** The header by which testers ask for an environment; left out, there is none. */
  readonly testers?: { readonly header: string } | undefined;
  /**
   * How many seconds a user stays with the version that answered first, while traffic is shared, and which versions those are; left out, not
   * at all.
   */
  readonly sticky?: { readonly seconds: number; readonly versions: Readonly<Partial<Record<EnvironmentName, string>>> };
}

/**
 * The route of one service: one rule whose backends are the Services of the environments that are there, also where a weight is 0, so that a
 * switch changes two numbers and nothing else. What the API server would fill in is said, so that nothing differs when it is read back.
 * After it, one rule for each of those environments where testers have a header, and where users stay, as long as traffic is shared, one for
 * each that keeps those who bring its cookie, which it gives with its answers to others. Of two rules with the same path a Gateway takes the
 * one that asks for a header, and of two such the first: a tester who brings a cookie is a tester.
 *
 * Source: HTTPRouteRule.matches of the Gateway API, precedence; HTTPBackendRef.filters.
 *
 * @param paths beginnings of the paths that lead to the service
 * @param there environments with a version
 * @throws RangeError when the weights are no whole percents that sum to 100
 */
export function httpRoute(
  { name, namespace, section }: GatewayReference,
  { hosts, paths }: { readonly hosts: readonly string[]; readonly paths: readonly string[] },
  backends: RouteBackends,
  weights: Weights,
  there: readonly EnvironmentName[],
  { testers, sticky }: RouteWishes = {},
): HttpRoute {
  const fault = weightsFault(weights);
  if (fault !== undefined) throw new RangeError(fault);
  const matches = paths.map((value) => ({ path: { type: "PathPrefix" as const, value } }));
  const leading = (environment: EnvironmentName, header: HeaderMatch) => ({
    matches: matches.map((match) => ({ ...match, headers: [header] })),
    backendRefs: backendRefs(backends, weightsFor(environment), [environment]),
  });
  const kept = sticky === undefined || servesAll(weights) !== undefined ? {} : sticky.versions;
  const staying = there.flatMap((environment) => {
    const version = kept[environment];
    return version === undefined ? [] : [leading(environment, stickyHeader(environment, version))];
  });
  const users = backendRefs(backends, weights, there).map((it) => {
    const environment = there.find((one) => backends[one] === it.name);
    const version = environment === undefined ? undefined : kept[environment];
    if (sticky === undefined || environment === undefined || version === undefined) return it;
    return { ...it, filters: [stickyFilter(environment, version, sticky.seconds)] };
  });
  return {
    spec: {
      parentRefs: [
        {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(section === undefined ? {} : { sectionName: section }),
        },
      ],
      hostnames: [...hosts],
      rules: [
        { matches, backendRefs: users },
        ...(testers === undefined
          ? []
          : there.map((environment) =>
              leading(environment, { type: "Exact", name: testers.header, value: environment }),
            )),
        ...staying,
      ],
    },
  };
}
