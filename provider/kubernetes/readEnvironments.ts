import type { V1Pod } from "@kubernetes/client-node";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask } from "./kubernetesProblem.ts";
import { podTrouble } from "./podTrouble.ts";
import { isReady } from "./rollout.ts";
import type { SwitchedService } from "./switching.ts";

/** The pods of one service in one environment. */
export interface SeenPods {
  readonly ready: number;
  readonly of: number;
  /** Why some are not ready, a sentence each. */
  readonly reasons: readonly string[];
  /** Digests of the images that ready pods run, as their nodes say. */
  readonly digests: readonly string[];
}

export type SeenEnvironments = Readonly<Record<EnvironmentName, Readonly<Record<string, SeenPods>>>>;

/** Reads the pods of both environments once. @throws Problem when the cluster does not say */
export async function readEnvironments(
  access: KubernetesAccess,
  services: readonly SwitchedService[],
): Promise<SeenEnvironments> {
  const [{ openClient }, { common, pods }] = await Promise.all([import("./client.ts"), import("./collections.ts")]);
  const client = openClient(access);
  const labels = common(services.flatMap(({ blue, green }) => [blue, green]));
  const asked = { doing: "tell which pods run", where: client.where, untouched: "Nothing was changed." };
  const { items } = await ask(asked, () => pods(client, labels).list());
  const [blue = {}, green = {}] = environmentNames.map((name) =>
    Object.fromEntries(services.map((it) => [it.service, seenPods(it, name, items)])),
  );
  return { blue, green };
}

function seenPods(it: SwitchedService, environment: EnvironmentName, all: readonly V1Pod[]): SeenPods {
  const own = all.filter(
    ({ metadata }) =>
      metadata?.deletionTimestamp === undefined &&
      Object.entries(it[environment]).every(([key, value]) => metadata?.labels?.[key] === value),
  );
  const ready = own.filter(isReady);
  return {
    ready: ready.length,
    of: own.length,
    reasons: own
      .filter((pod) => !isReady(pod))
      .map((pod) => `${pod.metadata?.name}: ${podTrouble(pod)?.says ?? "not ready yet"}`),
    digests: ready.map(({ status }) => {
      const { imageID = "" } = status?.containerStatuses?.find(({ name }) => name === it.service) ?? {};
      return imageID.slice(imageID.indexOf("sha256:"));
    }),
  };
}
