import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { abortable } from "./abortable.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask } from "./kubernetesProblem.ts";
import { type SeenPods, seenPods } from "./pods.ts";
import type { SwitchedService } from "./switching.ts";

export type SeenEnvironments = Readonly<Record<EnvironmentName, Readonly<Record<string, SeenPods>>>>;

/** Reads the pods of both environments once. @throws Problem when the cluster does not say */
export async function readEnvironments(
  access: KubernetesAccess,
  services: readonly SwitchedService[],
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
