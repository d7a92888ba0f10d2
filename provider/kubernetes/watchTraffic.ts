import type { V1EndpointSlice, V1Pod, V1Service } from "@kubernetes/client-node";
import type { Step } from "../handler.ts";
import type { KubernetesAccess } from "./facts.ts";
import type { SwitchedService } from "./switching.ts";

export interface SeenTraffic {
  readonly services: readonly V1Service[];
  readonly slices: readonly V1EndpointSlice[];
  readonly pods: readonly V1Pod[];
}

/**
 * Follows the live Services, their endpoints and the pods of both environments until they settle it, or time is up.
 *
 * @param holdsMs how long what they settle must stay so
 */
export async function watchTraffic(
  it: { readonly access: KubernetesAccess; readonly services: readonly SwitchedService[] },
  step: Step,
  deadlineMs: number,
  settled: (seen: SeenTraffic) => boolean,
  holdsMs = 0,
): Promise<{ seen: SeenTraffic; where: string }> {
  const [{ openClient }, { follow }, collections] = await Promise.all([
    import("./client.ts"),
    import("./follow.ts"),
    import("./collections.ts"),
  ]);
  const client = openClient(it.access);
  const labels = collections.common(it.services.flatMap(({ blue, green }) => [blue, green]));
  const names = it.services.map(({ name }) => name);
  const seen = await follow(
    client,
    {
      services: collections.services(client, labels),
      slices: collections.endpointSlices(client, names),
      pods: collections.pods(client, labels),
    },
    settled,
    {
      deadlineMs: deadlineMs + holdsMs,
      holds: () => holdsMs,
      signal: step.signal,
      asked: { doing: "tell what serves", where: client.where, untouched: "What serves was not changed by this step." },
    },
  );
  return { seen, where: client.where };
}
