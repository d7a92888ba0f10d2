import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { abortable } from "./abortable.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask } from "./kubernetesProblem.ts";
import { type SeenPods, seenPods } from "./pods.ts";
import type { SwitchedService } from "./switching.ts";

export type SeenEnvironments = Readonly<Record<EnvironmentName, Readonly<Record<string, SeenPods>>>>;

/** By which labels the pods of a service are found. */
type LabelledPods = Pick<SwitchedService, "service" | EnvironmentName>;

/** Reads the pods of both environments once. @throws Problem when the cluster does not say */
export async function readEnvironments(
  access: KubernetesAccess,
  services: readonly LabelledPods[],
  signal: AbortSignal,
): Promise<SeenEnvironments> {
  const [{ openClient }, { common, pods }] = await Promise.all([import("./client.ts"), import("./collections.ts")]);
  const client = openClient(access);
  const labels = common(services.flatMap(({ blue, green }) => [blue, green]));
  const asked = { doing: "tell which pods run", where: client.where, untouched: "Nothing was changed." };
  const { items } = await ask(asked, () => abortable(pods(client, labels).list(), signal));
  const [blue = {}, green = {}] = environmentNames.map((name) =>
    Object.fromEntries(services.map((it) => [it.service, seenPods(it.service, it[name], items)])),
  );
  return { blue, green };
}

/** Ready pods of all services in one environment together. @throws Problem when the cluster does not say */
export async function readyPods(
  access: KubernetesAccess,
  services: readonly LabelledPods[],
  environment: EnvironmentName,
  signal: AbortSignal,
): Promise<{ readonly healthy: number; readonly of: number }> {
  return summed(Object.values((await readEnvironments(access, services, signal))[environment]));
}

/**
 * As {@link readyPods}, for a watch: while others of their service are ready, pods that come up for the first time are not counted. What
 * adds or moves pods, such as an autoscaler or a drain, is no fault of the version that is watched.
 */
export async function watchedPods(
  access: KubernetesAccess,
  services: readonly LabelledPods[],
  environment: EnvironmentName,
  signal: AbortSignal,
): Promise<{ readonly healthy: number; readonly of: number }> {
  const seen = Object.values((await readEnvironments(access, services, signal))[environment]);
  return summed(seen.map(({ ready, of, comingUp }) => ({ ready, of: ready === 0 ? of : of - comingUp })));
}

function summed(seen: readonly Pick<SeenPods, "ready" | "of">[]): { readonly healthy: number; readonly of: number } {
  return {
    healthy: seen.reduce((sum, { ready }) => sum + ready, 0),
    of: seen.reduce((sum, { of }) => sum + of, 0),
  };
}
