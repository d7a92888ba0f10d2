import { abortable } from "./abortable.ts";
import type { Client } from "./client.ts";

/**
 * What the cluster said last of an object, in its own words: why it makes no pod, or no volume. That is told by events alone. Undefined where
 * there is none, or where the deployer may not read them: then something else has to do.
 */
export async function lastEvent(
  { core, namespace }: Client,
  of: { readonly kind: string; readonly name: string; readonly reason: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const fieldSelector = `involvedObject.kind=${of.kind},involvedObject.name=${of.name},reason=${of.reason}`;
  const events = await abortable(core.listNamespacedEvent({ namespace, fieldSelector, limit: 20 }), signal).catch(
    () => undefined,
  );
  return events?.items.at(-1)?.message?.slice(0, 500);
}
