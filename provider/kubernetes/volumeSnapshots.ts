import { abortable } from "./abortable.ts";
import type { Client } from "./client.ts";
import { customObjects } from "./collections.ts";
import { type Asked, ask, statusOf } from "./kubernetesProblem.ts";
import { keptSnapshot, type SizedSnapshot, snapshotKind } from "./volumeSnapshot.ts";

/** The VolumeSnapshots that bear these labels, but none that is going. */
export async function listSnapshots(
  client: Client,
  labels: Readonly<Record<string, string>>,
  about: Omit<Asked, "doing">,
  signal: AbortSignal,
): Promise<readonly SizedSnapshot[]> {
  const { items } = await ask({ ...about, doing: "list the stack's VolumeSnapshots" }, async () => {
    try {
      return await abortable(customObjects(client, snapshotKind, labels).list(), signal);
    } catch (error) {
      // A cluster that does not know the kind has none; taking one says so.
      if (statusOf(error) === 404) return { items: [] };
      throw error;
    }
  });
  return items.flatMap(keptSnapshot);
}
