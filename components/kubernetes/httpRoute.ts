import { backendRefs, type RouteBackends } from "../../provider/kubernetes/route.ts";
import { type EnvironmentName, type Weights, weightsFault, weightsFor } from "../../release/environment.ts";

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
        readonly headers?: readonly { readonly type: "Exact"; readonly name: string; readonly value: string }[];
      }[];
      readonly backendRefs: readonly {
        readonly group: "";
        readonly kind: "Service";
        readonly name: string;
        readonly port: number;
        readonly weight: number;
      }[];
    }[];
  };
}

/**
 * The route of one service: one rule whose backends are the Services of the environments that are there, also where a weight is 0, so that a
 * switch changes two numbers and nothing else. What the API server would fill in is said, so that nothing differs when it is read back.
 * After it, one rule for each of those environments where testers have a header: of two rules with the same path a Gateway takes the one that
 * asks for a header, whichever is first.
 *
 * Source: HTTPRouteRule.matches of the Gateway API, precedence.
 *
 * @param paths beginnings of the paths that lead to the service
 * @param there environments with a version
 * @param testers the header by which testers ask for an environment; left out, there is none
 * @throws RangeError when the weights are no whole percents that sum to 100
 */
export function httpRoute(
  { name, namespace, section }: GatewayReference,
  { hosts, paths }: { readonly hosts: readonly string[]; readonly paths: readonly string[] },
  backends: RouteBackends,
  weights: Weights,
  there: readonly EnvironmentName[],
  testers?: { readonly header: string },
): HttpRoute {
  const fault = weightsFault(weights);
  if (fault !== undefined) throw new RangeError(fault);
  const matches = paths.map((value) => ({ path: { type: "PathPrefix" as const, value } }));
  const asking = (environment: EnvironmentName) =>
    testers === undefined ? [] : [{ type: "Exact" as const, name: testers.header, value: environment }];
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
        { matches, backendRefs: backendRefs(backends, weights, there) },
        ...there
          .filter((environment) => asking(environment).length > 0)
          .map((environment) => ({
            matches: matches.map((match) => ({ ...match, headers: asking(environment) })),
            backendRefs: backendRefs(backends, weightsFor(environment), [environment]),
          })),
      ],
    },
  };
}
