import type { Step } from "../handler.ts";
import type { KubernetesAccess } from "./facts.ts";
import { endpointsOwner, type SeenTraffic, type SwitchedService } from "./switching.ts";

/**
 * Follows what leads users, the endpoints and the pods of both environments until they settle it, or time is up.
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
  const owners = new Set(it.services.flatMap((one) => [endpointsOwner(one, "blue"), endpointsOwner(one, "green")]));
  const followed = {
    slices: collections.endpointSlices(client, [...owners]),
    pods: collections.pods(client, labels),
  };
  const patience = {
    deadlineMs: deadlineMs + holdsMs,
    holds: () => holdsMs,
    signal: step.signal,
    asked: { doing: "tell what serves", where: client.where, untouched: "What serves was not changed by this step." },
  };
  // All services of a stack are led in the same way: a cluster without a Gateway is never asked for its routes.
  if (it.services.some(({ route }) => route !== undefined)) {
    const whole = { ...followed, routes: collections.routes(client, labels) };
    const seen = await follow(client, whole, (now) => settled({ ...now, services: [] }), patience);
    return { seen: { ...seen, services: [] }, where: client.where };
  }
  const whole = { ...followed, services: collections.services(client, labels) };
  const seen = await follow(client, whole, (now) => settled({ ...now, routes: [] }), patience);
  return { seen: { ...seen, routes: [] }, where: client.where };
}
