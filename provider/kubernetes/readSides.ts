import type { KubernetesObject, V1Deployment, V1Pod, V1Service } from "@kubernetes/client-node";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { abortable } from "./abortable.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask } from "./kubernetesProblem.ts";
import { bears, type SeenPods, seenPods } from "./pods.ts";
import { type ReadyEndpoints, readyEndpoints } from "./readyEndpoints.ts";
import { endpointsOwner, type Leads, leaderOf, leadsTo, type SwitchedService, untaken } from "./switching.ts";

/** A service in one environment: its Deployment's wish, and what its pods say. */
export interface SeenSide extends Omit<SeenPods, "of" | "comingUp"> {
  readonly wanted: number;
}

export interface SeenService {
  readonly service: string;
  /** What leads its users, such as `the Service shop-api`. */
  readonly leader: string;
  /** Where users are led. */
  readonly leads: Leads;
  /** What keeps a Gateway from sending users where its route says, a sentence without a full stop each. */
  readonly untaken: readonly string[];
  /** Ready endpoints that users are sent to, by whose pods they are. */
  readonly endpoints: ReadyEndpoints;
  /** Undefined where there is no Deployment. */
  readonly sides: Readonly<Record<EnvironmentName, SeenSide | undefined>>;
}

/** Reads once where users are led, by which endpoints, and what both environments run. @throws Problem when the cluster does not say */
export async function readSides(
  access: KubernetesAccess,
  services: readonly SwitchedService[],
  signal: AbortSignal,
): Promise<SeenService[]> {
  const [{ openClient }, collections] = await Promise.all([import("./client.ts"), import("./collections.ts")]);
  const client = openClient(access);
  const labels = collections.common(services.flatMap(({ blue, green }) => [blue, green]));
  const owners = new Set(services.flatMap((one) => environmentNames.map((name) => endpointsOwner(one, name))));
  const asked = { doing: "tell what serves", where: client.where, untouched: "Nothing was changed." };
  const [slices, running, wanted, led] = await ask(asked, () =>
    abortable(
      Promise.all([
        collections.endpointSlices(client, [...owners]).list(),
        collections.pods(client, labels).list(),
        collections.deployments(client, labels).list(),
        // All services of a stack are led in the same way.
        services.some(({ route }) => route !== undefined)
          ? collections
              .routes(client, labels)
              .list()
              .then(({ items }) => ({ services: noServices, routes: items }))
          : collections
              .services(client, labels)
              .list()
              .then(({ items }) => ({ services: items, routes: noRoutes })),
      ]),
      signal,
    ),
  );
  return services.map((it) => {
    const leads = leadsTo(it, led);
    const taking = takingOwners(it, leads);
    const own = slices.items.filter(({ metadata }) => taking.has(metadata?.labels?.[collections.sliceOwner] ?? ""));
    const [blue, green] = environmentNames.map((name) => side(it, name, wanted.items, running.items));
    return {
      service: it.service,
      leader: leaderOf(it),
      leads,
      untaken: untaken(it, led),
      endpoints: readyEndpoints(it, own, running.items),
      sides: { blue, green },
    };
  });
}

const noServices: readonly V1Service[] = [];
const noRoutes: readonly KubernetesObject[] = [];

/** The Services whose endpoints users are sent to: the live one, or those that a route has a share for; both where that is not known. */
function takingOwners(it: SwitchedService, leads: Leads): Set<string> {
  const taking = environmentNames.filter((name) => typeof leads === "string" || leads[name] > 0);
  return new Set(taking.map((name) => endpointsOwner(it, name)));
}

function side(
  it: SwitchedService,
  environment: EnvironmentName,
  deployments: readonly V1Deployment[],
  pods: readonly V1Pod[],
): SeenSide | undefined {
  const deployment = deployments.find(({ metadata }) => bears(it[environment], metadata));
  if (deployment === undefined) return undefined;
  const refused = deployment.status?.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  const { ready, digests, troubles } = seenPods(it.service, it[environment], pods);
  return {
    ready,
    wanted: deployment.spec?.replicas ?? 1,
    digests,
    troubles: [
      ...troubles,
      ...(refused === undefined ? [] : [`pods were refused: ${refused.message ?? refused.reason ?? "no reason told"}`]),
    ],
  };
}
