import type { V1Deployment, V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { abortable } from "./abortable.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask } from "./kubernetesProblem.ts";
import { bears, type SeenPods, seenPods } from "./pods.ts";
import type { SwitchedService } from "./switching.ts";

/** A service in one environment: its Deployment's wish, and what its pods say. */
export interface SeenSide extends Omit<SeenPods, "of"> {
  readonly wanted: number;
}

export interface SeenService {
  readonly service: string;
  /** Of the live Service. */
  readonly name: string;
  /** Ready endpoints of the live Service, by whose pods they are. */
  readonly endpoints: Readonly<Record<EnvironmentName | "others", number>>;
  /** Undefined where there is no Deployment. */
  readonly sides: Readonly<Record<EnvironmentName, SeenSide | undefined>>;
}

/** Reads once where users are led by EndpointSlices, and what both environments run. @throws Problem when the cluster does not say */
export async function readSides(
  access: KubernetesAccess,
  services: readonly SwitchedService[],
  signal: AbortSignal,
): Promise<SeenService[]> {
  const [{ openClient }, { common, deployments, endpointSlices, pods, sliceOwner }] = await Promise.all([
    import("./client.ts"),
    import("./collections.ts"),
  ]);
  const client = openClient(access);
  const labels = common(services.flatMap(({ blue, green }) => [blue, green]));
  const names = services.map(({ name }) => name);
  const asked = { doing: "tell what serves", where: client.where, untouched: "Nothing was changed." };
  const [slices, running, wanted] = await ask(asked, () =>
    abortable(
      Promise.all([
        endpointSlices(client, names).list(),
        pods(client, labels).list(),
        deployments(client, labels).list(),
      ]),
      signal,
    ),
  );
  return services.map((it) => {
    const own = slices.items.filter(({ metadata }) => metadata?.labels?.[sliceOwner] === it.name);
    const [blue, green] = environmentNames.map((name) => side(it, name, wanted.items, running.items));
    return {
      service: it.service,
      name: it.name,
      endpoints: endpointsOf(it, own, running.items),
      sides: { blue, green },
    };
  });
}

function endpointsOf(
  it: SwitchedService,
  slices: readonly V1EndpointSlice[],
  pods: readonly V1Pod[],
): SeenService["endpoints"] {
  const ready = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0] ?? "");
  const reached = [...new Set(ready)];
  const metadataOf = (pod: string) => pods.find(({ metadata }) => metadata?.name === pod)?.metadata;
  const count = (name: EnvironmentName) => reached.filter((pod) => bears(it[name], metadataOf(pod))).length;
  const [blue = 0, green = 0] = environmentNames.map(count);
  return { blue, green, others: reached.length - blue - green };
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
